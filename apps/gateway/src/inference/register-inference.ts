import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Inference } from './inference.service.js';

/** The specification has the metadata of the server at /v2, its API description at /v2/: both are served. */
export function registerInference(server: FastifyInstance, app: NestFastifyApplication): void {
  const inference = app.get(Inference, { strict: false });
  server.get('/v2/', { config: { public: true } }, (_request, reply) => reply.send(inference.server));
}
