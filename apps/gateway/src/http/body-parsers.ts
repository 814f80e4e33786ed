import { AppError } from '@btcforecast/platform';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hooksOf } from './hooks-of.js';
import { jsonBodyParser } from './json-body.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * How a body is taken where clients send none, or no media type, as those of the inference protocol do. bytes: as it
     * came, for the handler to read; json: as JSON, and none is an empty object.
     */
    body?: 'bytes' | 'json';
    /** Takes a form (application/x-www-form-urlencoded) as its body. */
    form?: boolean;
  }
}

type Done = (error: Error | null, body?: unknown) => void;
const BYTES = 'application/octet-stream';
const FORM = 'application/x-www-form-urlencoded';

/** JSON alone; on routes that say more in their config, that. */
export function installBodyParsers(adapter: FastifyAdapter, server: FastifyInstance): void {
  const asJson = jsonBodyParser(server);
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
  adapter.useBodyParser(FORM, false, {}, readForm);
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

function readForm(request: FastifyRequest, body: Buffer, done: Done): void {
  if (request.routeOptions.config.form !== true) return done(unsupported());
  const form = new URLSearchParams(body.toString());
  // What is given twice stays a list, which the schema of the route refuses.
  const fields = [...new Set(form.keys())].map((name) => {
    const values = form.getAll(name);
    return [name, values.length > 1 ? values : values[0]] as const;
  });
  done(null, Object.fromEntries(fields));
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
