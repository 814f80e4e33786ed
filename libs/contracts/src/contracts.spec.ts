import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import * as contracts from './index.js';

type JsonSchema = { properties?: Record<string, JsonSchema>; [key: string]: unknown };

/** Every object schema with properties inside a JSON Schema document, wherever it is nested. */
function objectsIn(node: unknown): JsonSchema[] {
  if (Array.isArray(node)) return node.flatMap(objectsIn);
  if (node === null || typeof node !== 'object') return [];
  const schema = node as JsonSchema;
  return [...(schema.properties ? [schema] : []), ...Object.values(schema).flatMap(objectsIn)];
}

const replies = Object.entries(contracts).flatMap(([name, schema]): [string, z.ZodObject][] =>
  schema instanceof z.ZodObject && /(Reply|Problem)$/.test(name) ? [[name, schema]] : [],
);
const documentOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });

const UNIT =
  /currency|count|dimensionless|0 to 1|times 10,000|milliseconds|integer|HTTP status|Level to price|hexadecimal/i;

describe('the replies of the API', () => {
  it('are found by this test', () => {
    expect(replies.length).toBeGreaterThanOrEqual(8);
  });

  it.each(replies)('%s has an id for the OpenAPI document', (_name, schema) => {
    expect(schema.meta()?.id).toMatch(/^[A-Z]\w+$/);
  });

  it.each(replies)('%s describes every property', (_name, schema) => {
    for (const object of objectsIn(documentOf(schema))) {
      for (const [name, property] of Object.entries(object.properties ?? {})) {
        expect({ name, documented: Boolean(property['description'] ?? property['$ref']) }).toEqual({
          name,
          documented: true,
        });
      }
    }
  });

  it.each(replies)('%s gives every number a unit', (_name, schema) => {
    for (const object of objectsIn(documentOf(schema))) {
      for (const [name, property] of Object.entries(object.properties ?? {})) {
        if (!/"type":"(number|integer)"/.test(JSON.stringify({ ...property, properties: undefined })))
          continue;
        if (property['type'] === 'array' || property['type'] === 'object' || property.properties) continue;
        expect({ name, unit: UNIT.test(String(property['description'] ?? '')) }).toEqual({
          name,
          unit: true,
        });
      }
    }
  });
});

describe('a forecast on the wire', () => {
  const prices = fc.array(fc.double({ min: 1, max: 1e7, noNaN: true }), { minLength: 7, maxLength: 7 });
  const asQuantiles = (values: number[]) =>
    Object.fromEntries(contracts.QUANTILE_KEYS.map((key, index) => [key, values[index]]));

  it('accepts quantiles in order', () => {
    fc.assert(
      fc.property(prices, (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        expect(contracts.Quantiles.safeParse(asQuantiles(sorted)).success).toBe(true);
      }),
    );
  });

  it('refuses quantiles that cross', () => {
    fc.assert(
      fc.property(prices, (values) => {
        const crossed = [...values].sort((a, b) => b - a);
        fc.pre(crossed[0] !== crossed[6]);
        expect(contracts.Quantiles.safeParse(asQuantiles(crossed)).success).toBe(false);
      }),
    );
  });
});

describe('a list of horizons in a query', () => {
  it('keeps the order that was asked', () => {
    expect(contracts.LatestForecastQuery.parse({ horizon: '168h, 1h' })).toEqual({ horizon: ['168h', '1h'] });
  });

  it.each(['', '2h', '1h,1h', '1h,', '1h;4h'])('refuses %j', (horizon) => {
    expect(contracts.LatestForecastQuery.safeParse({ horizon }).success).toBe(false);
  });
});

describe('an instant as people type it', () => {
  it('takes a date as midnight UTC and a date-time with its zone', () => {
    expect(contracts.InstantInput.parse('2025-01-01')).toBe(Date.UTC(2025, 0, 1));
    expect(contracts.InstantInput.parse('2025-01-01T02:00:00+02:00')).toBe(Date.UTC(2025, 0, 1));
  });

  it.each(['2025-01-01T00:00:00', 'yesterday', '2025-13-01', '1735689600000'])('refuses %j', (text) => {
    expect(contracts.InstantInput.safeParse(text).success).toBe(false);
  });
});

describe('every name that is part of the contract', () => {
  it('is unique among the RPC messages', () => {
    const names = [...Object.values(contracts.marketDataRpc), ...Object.values(contracts.predictionRpc)].map(
      (m) => m.name,
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('holds no colon, which BullMQ reserves, in queues and jobs', () => {
    const names = contracts.QUEUES.flatMap((queue) => [queue, ...Object.keys(contracts.JOBS[queue])]);
    expect(names.filter((name) => name.includes(':'))).toEqual([]);
  });
});
