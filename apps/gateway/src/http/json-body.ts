import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { jsonErrorPlace } from './json-location.js';
import { InvalidRequestError } from './request-error.js';

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Reads a body as JSON. Fastify's own parser does it, which also refuses names that would poison prototypes; what it
 * refuses is said to be wrong at which place.
 */
export function jsonBodyParser(server: FastifyInstance) {
  const parse = server.getDefaultJsonParser('error', 'error');
  return (request: FastifyRequest, body: Buffer, done: Done): void => {
    if (!isUtf8(body)) return done(invalidBody('must be UTF-8'));
    const text = body.toString();
    parse(request, text, (error, value) => done(error && located(error, text), value));
  };
}

function located(error: Error, text: string): Error {
  const { code } = error as { code?: string };
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return invalidBody('is empty, although content-type announces JSON: send JSON, or no content-type');
  }
  return invalidBody(isJson(text) ? 'must not name __proto__ or constructor.prototype' : notJson(text));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function notJson(text: string): string {
  return `is not valid JSON: it goes wrong at ${jsonErrorPlace(text)}`;
}

function invalidBody(detail: string): InvalidRequestError {
  return new InvalidRequestError([{ pointer: 'body', detail }]);
}
