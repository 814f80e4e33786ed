import { describe, expect, it } from '@jest/globals';
import { HealthRegistry, Metrics, createLogger } from '@btcforecast/platform';
import { fastify } from 'fastify';
import { Cors } from './cors.js';
import { installEdge } from './edge.hooks.js';
import { HttpMetrics } from './http-metrics.js';
import { ProblemReply } from './problem-reply.js';
import { RouteTable } from './route-table.js';

function guardedServer() {
  const logger = createLogger('test', { level: 'silent' });
  const routes = new RouteTable();
  const server = fastify();
  installEdge(server, {
    problems: new ProblemReply(routes, logger),
    routes,
    metrics: new HttpMetrics(new Metrics({ service: 'test', region: 'test' })),
    health: new HealthRegistry(),
    accessLog: { write: () => undefined, close: () => undefined },
    cors: new Cors([], () => []),
    services: () => {
      throw new Error('nothing is asked');
    },
  });
  return server;
}

describe('the edge', () => {
  it('does not start with a route that says neither what it needs nor that it is public', () => {
    const server = guardedServer();
    expect(() => server.get('/v1/forgotten', () => 'secret')).toThrow(
      'GET /v1/forgotten declares no permission',
    );
    expect(() => server.get('/v1/emptied', { config: { public: false } }, () => 'secret')).toThrow(
      'declares no permission',
    );
  });

  it('takes one that says either', () => {
    const server = guardedServer();
    server.get('/v1/open', { config: { public: true } }, () => 'open');
    server.get('/v1/guarded', { config: { permission: 'market:read' } }, () => 'guarded');
  });
});
