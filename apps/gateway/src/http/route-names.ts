import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { Named } from '@btcforecast/access';
import { Horizon, InstrumentId } from '@btcforecast/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Where requests to a route name instruments and horizons, if they do. */
export interface RouteNames {
  /** Parameters of the path, by what they are. */
  readonly params: readonly (readonly [name: string, kind: keyof Named])[];
  /** What checks the query and the body, defaults included. */
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
}

interface RouteArgument {
  readonly data?: unknown;
  readonly schema?: unknown;
}
type Found = Record<keyof Named, string[]>;

/** Fields of queries and bodies that are names, wherever they stand. */
const FIELDS: Readonly<Record<string, keyof Named>> = {
  instrument: 'instruments',
  instruments: 'instruments',
  horizon: 'horizons',
  horizons: 'horizons',
};
/** Deeper than any request of ours. */
const MAX_DEPTH = 8;

/**
 * What a handler of a controller says about its parameters, read from the schemas that check them: a route cannot
 * forget to say where it names an instrument. Undefined when it names none.
 */
export function routeNamesOf(controller: object, handler: string | symbol): RouteNames | undefined {
  const args = Object.entries(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<string, RouteArgument>,
  );
  const of = (type: RouteParamtypes): RouteArgument[] =>
    args.flatMap(([key, argument]) => (key.startsWith(`${type}:`) ? argument : []));
  const params = of(RouteParamtypes.PARAM).flatMap(({ data, schema }) => {
    const kind = schema === InstrumentId ? 'instruments' : schema === Horizon ? 'horizons' : undefined;
    return kind && typeof data === 'string' ? [[data, kind] as const] : [];
  });
  const query = of(RouteParamtypes.QUERY)
    .map(({ schema }) => schema)
    .find(hasNames);
  const body = of(RouteParamtypes.BODY)
    .map(({ schema }) => schema)
    .find(hasNames);
  return params.length > 0 || query || body ? { params, query, body } : undefined;
}

/** What the address of a request names. What does not pass its check names nothing: it is answered with 400. */
export function namedInAddress({ params, query }: FastifyRequest, names: RouteNames): Named {
  const found: Found = { instruments: [], horizons: [] };
  for (const [name, kind] of names.params) {
    const value = (params as Record<string, string | undefined>)[name];
    if (value !== undefined) found[kind].push(value);
  }
  collect(names.query?.safeParse(query).data, found);
  return found;
}

/** As {@link namedInAddress}, of the body. */
export function namedInBody({ body }: FastifyRequest, names: RouteNames): Named {
  const found: Found = { instruments: [], horizons: [] };
  collect(names.body?.safeParse(body).data, found);
  return found;
}

/**
 * The instrument and horizon that something in a reply is about. Lists of them do not count: of a model they say on what
 * it was trained, of a key what it may ask about.
 */
export function subjectOf({ instrument, horizon }: { instrument?: unknown; horizon?: unknown }): Named {
  return {
    instruments: typeof instrument === 'string' ? [instrument] : [],
    horizons: typeof horizon === 'string' ? [horizon] : [],
  };
}

function collect(value: unknown, found: Found, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  for (const [field, content] of Object.entries(value)) {
    take(field, content, found);
    collect(content, found, depth + 1);
  }
}

function take(field: string, content: unknown, found: Found): void {
  const kind = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (kind === undefined) return;
  const names = Array.isArray(content) ? (content as unknown[]) : [content];
  found[kind].push(...names.filter((name) => typeof name === 'string'));
}

function hasNames(schema: unknown): schema is z.ZodType {
  if (!(schema instanceof z.ZodType)) return false;
  const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return Object.keys(FIELDS).some((field) => text.includes(`"${field}":`));
}
