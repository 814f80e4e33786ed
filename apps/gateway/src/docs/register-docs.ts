import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import { NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { PAGE_POLICY } from '../http/standard-headers.js';
import { createAsyncApiDocument } from './asyncapi-document.js';
import { createOpenApiDocument } from './openapi-document.js';
import { API_PAGE, documentPage, INIT_SCRIPT, PAGES } from './pages.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const ASSETS = new Set(['swagger-ui.css', 'swagger-ui-bundle.js']);
const OPEN = { config: { public: true } } as const;

/** /openapi.json, /asyncapi.json and the readable pages, all without a key and without the internet. */
export async function registerDocs(server: FastifyInstance, app: NestFastifyApplication): Promise<void> {
  const document = JSON.stringify(createOpenApiDocument(app));
  const streams = JSON.stringify(createAsyncApiDocument());
  const ui = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await server.register(fastifyStatic, { root: ui, serve: false });

  server.get('/openapi.json', OPEN, (_request, reply) => reply.type(JSON_TYPE).send(document));
  server.get('/asyncapi.json', OPEN, (_request, reply) => reply.type(JSON_TYPE).send(streams));
  server.get('/docs', OPEN, (_request, reply) => sendPage(reply, API_PAGE));
  for (const name of PAGES) {
    server.get(`/docs/${name}`, OPEN, (_request, reply) => sendPage(reply, documentPage(name)));
  }
  server.get('/docs/init.js', OPEN, (_request, reply) => reply.type(SCRIPT).send(INIT_SCRIPT));
  server.get<{ Params: { file: string } }>('/docs/assets/:file', OPEN, ({ params: { file } }, reply) => {
    if (!ASSETS.has(file)) throw new NotFoundException();
    return reply.sendFile(file, { maxAge: '1h' });
  });
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.header('content-security-policy', PAGE_POLICY).type(HTML).send(page);
}
