import type { FastifyReply, FastifyRequest } from 'fastify';
import { addLink } from './add-link.js';

/** How a route is announced to end. Dates are ISO 8601 in UTC, such as `2027-01-01` or with a time. */
export interface Deprecation {
  /** From when on it should not be used any more; may lie ahead. */
  readonly since: string;
  /** When it stops answering; not before `since`. */
  readonly sunset?: string;
  /** Where the documentation says what to do, e.g. `/docs#removed-routes`. */
  readonly docs: string;
  /** What takes its place, e.g. `/v2/forecasts/{instrument}`. */
  readonly successor?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Said by every reply of the route; see deprecated.decorator.ts. */
    deprecation?: Deprecation;
  }
}

/** The headers of a route that is to end: RFC 9745 (Deprecation), RFC 8594 (Sunset), RFC 8288 (Link). */
export function announceDeprecation(
  { routeOptions }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload?: unknown) => void,
): void {
  const { deprecation } = routeOptions.config;
  if (deprecation && !reply.hasHeader('deprecation')) {
    const { since, sunset, docs, successor } = deprecation;
    reply.header('deprecation', `@${Date.parse(since) / 1000}`);
    if (sunset !== undefined) reply.header('sunset', new Date(sunset).toUTCString());
    addLink(reply, `<${docs}>; rel="deprecation"; type="text/html"`);
    if (successor !== undefined) addLink(reply, `<${encodeURI(successor)}>; rel="successor-version"`);
  }
  done(null, payload);
}

/** @throws RangeError for what is no date, or an end before the beginning */
export function assertDeprecation({ since, sunset }: Deprecation): void {
  const [from, to] = [Date.parse(since), Date.parse(sunset ?? since)];
  if (Number.isInteger(from / 1000) && to >= from) return;
  throw new RangeError(`a route cannot be deprecated since ${since} and end at ${sunset ?? 'no time'}`);
}
