import { describe, expect, it } from '@jest/globals';
import { RouteTable } from './route-table.js';

describe('the methods of a path', () => {
  const table = new RouteTable();
  table.add({ url: '/v1/forecasts/:instrument', method: 'GET' });
  table.add({ url: '/v1/forecasts/:instrument', method: 'HEAD' });
  table.add({ url: '/v1/forecasts/:instrument/history', method: ['GET', 'POST'] });
  table.add({ url: '/openapi.json', method: 'GET' });

  it.each([
    ['/v1/forecasts/BTC-USD', ['GET', 'HEAD']],
    ['/v1/forecasts/BTC-USD?horizon=1h', ['GET', 'HEAD']],
    ['/v1/forecasts/BTC-USD/history', ['GET', 'POST']],
    ['/v1/forecasts/', []],
    ['/v1/forecasts/BTC-USD/', []],
    ['/openapi.json', ['GET']],
    ['/openapiXjson', []],
  ])('%s has %j', (url, methods) => {
    expect(table.methodsAt(url)).toEqual(methods);
  });
});
