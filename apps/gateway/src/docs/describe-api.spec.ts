import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '@btcforecast/contracts';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describeApi } from './describe-api.js';
import { OPERATION_EXAMPLES } from './examples.js';

let document: OpenAPIObject;
beforeAll(async () => {
  document = await describeApi();
});

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
const operations = (): [string, Operation][] =>
  Object.entries(document.paths).map(([path, { get }]) => [path, get as Operation]);

describe('the API document', () => {
  it('is the committed openapi/gateway.json: otherwise run npm run api:generate', () => {
    const committed = readFileSync(new URL('../../../../openapi/gateway.json', import.meta.url), 'utf8');
    expect(committed).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it('keeps the rules of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    expect({ valid, errors, version: validator.version }).toEqual({
      valid: true,
      errors: undefined,
      version: '3.1',
    });
  });

  it('breaks them when damaged, so that the check above can fail', async () => {
    const damaged = structuredClone(document) as unknown as Record<string, unknown>;
    damaged['paths'] = { 'no-slash': { get: { responses: 3 } } };
    expect((await new Validator().validate(damaged)).valid).toBe(false);
  });

  it('describes the parameters of every query one by one', () => {
    const names = Object.fromEntries(
      operations().map(([path, { parameters = [] }]) => [
        path,
        parameters.map((each) => ('name' in each ? `${each.in} ${each.name}` : 'ref')),
      ]),
    );
    expect(names).toEqual({
      '/health/live': [],
      '/health/ready': [],
      '/v1/forecasts/by-id/{id}': ['path id'],
      '/v1/forecasts/{instrument}': ['path instrument', 'query horizon'],
      '/v1/forecasts/{instrument}/history': [
        'path instrument',
        ...['horizon', 'from', 'to', 'limit', 'cursor'].map((name) => `query ${name}`),
      ],
      '/v1/instruments': [],
      '/v1/instruments/{id}/candles': [
        'path id',
        ...['interval', 'from', 'to', 'limit', 'cursor'].map((name) => `query ${name}`),
      ],
      '/v1/performance/{instrument}': ['path instrument', 'query horizon', 'query window'],
    });
  });

  it('says how several horizons are written', () => {
    const [, { parameters = [] }] = operations().find(([path]) => path === '/v1/forecasts/{instrument}') ?? [
      '',
      {} as Operation,
    ];
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: 'horizon',
        style: 'form',
        explode: false,
        schema: expect.objectContaining({ type: 'array', default: ['24h'] }),
      }),
    );
  });

  it('names a key for every route but health, and problems for every route', () => {
    for (const [path, operation] of operations()) {
      expect({ path, security: operation.security }).toEqual({
        path,
        security: path.startsWith('/health/') ? [] : undefined,
      });
      for (const [status, response] of Object.entries(operation.responses)) {
        if (status === '200') continue;
        expect(Object.keys((response as { content: object }).content)).toEqual(['application/problem+json']);
      }
    }
    expect(document.security).toEqual([{ key: [] }]);
  });

  it('has no schema with neither type nor reference, which would say nothing', () => {
    const empty = Object.entries(document.components?.schemas ?? {}).filter(
      ([, schema]) => !('type' in schema || '$ref' in schema || 'anyOf' in schema || 'enum' in schema),
    );
    expect(empty).toEqual([]);
  });
});

describe('the examples', () => {
  const schemas = {
    '/v1/instruments': contracts.InstrumentsReply,
    '/v1/instruments/{id}/candles': contracts.CandlesReply,
    '/v1/forecasts/{instrument}': contracts.ForecastReply,
    '/v1/forecasts/{instrument}/history': contracts.ForecastHistoryReply,
    '/v1/forecasts/by-id/{id}': contracts.ScoredForecastReply,
    '/v1/performance/{instrument}': contracts.PerformanceReply,
  };

  it.each(Object.entries(schemas))('of %s is what the route could answer', (path, schema) => {
    const example = OPERATION_EXAMPLES[path];
    expect(schema.parse(example)).toEqual(example);
  });

  it('belong to routes that exist', () => {
    expect(Object.keys(OPERATION_EXAMPLES).filter((path) => !document.paths[path])).toEqual([]);
  });
});
