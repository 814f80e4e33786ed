import { AppError } from '@btcforecast/platform';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hooksOf } from './hooks-of.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * How a body is taken where clients send none, or no media type, as those of the inference protocol do. bytes: as it
     * came, for the handler to read; json: as JSON, and none is an empty object.
     */
    body?: 'bytes' | 'json';
  }
}

type Done = (error: Error | null, body?: unknown) => void;
const BYTES = 'application/octet-stream';

/** JSON and, read by Nest, forms; on routes that say more in their config, that. */
export function installBodyParsers(adapter: FastifyAdapter, server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  const asJson = (request: FastifyRequest, body: Buffer, done: Done) =>
    void parseJson(request, body.toString(), done);
  server.removeContentTypeParser('text/plain');
  adapter.useBodyParser(
    'application/json',
    false,
    {},
    (request: FastifyRequest, body: Buffer, done: Done) => {
      const { body: taken } = request.routeOptions.config;
      if (taken === 'bytes') done(null, body);
      else if (taken === 'json' && body.length === 0) done(null, {});
      else asJson(request, body, done);
    },
  );
  // Not by the adapter: it would take this for a parser of forms too, and add none.
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done: Done) => {
    const { body: taken } = request.routeOptions.config;
    if (taken === 'json' && body.length === 0) done(null, {});
    else if (taken === undefined || !isUntyped(request)) done(unsupported());
    else if (taken === 'bytes') done(null, body);
    else asJson(request, body, done);
  });
  server.addHook('onRoute', (route) => {
    if (route.config?.body === 'json') route.preValidation = [...hooksOf(route.preValidation), fillIn];
  });
}

function isUntyped({ headers: { 'content-type': type } }: FastifyRequest): boolean {
  return type === undefined || type.split(';')[0]?.trim().toLowerCase() === BYTES;
}

function fillIn(request: FastifyRequest, _reply: unknown, done: () => void): void {
  request.body ??= {};
  done();
}

export function unsupported(): AppError {
  return new AppError(
    'caller',
    'request.unsupported_media_type',
    'a request body must be JSON: send it with content-type: application/json, or send none',
  );
}
