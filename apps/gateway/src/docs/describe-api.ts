import 'reflect-metadata';
import { createLogger, parseEnv, PlatformModule } from '@btcforecast/platform';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { GatewayEnv } from '../gateway.env.js';
import { GatewayModule } from '../gateway.module.js';
import { createOpenApiDocument } from './openapi-document.js';

/** The API document from the code alone: modules are looked at, nothing in them is started. */
export async function describeApi(): Promise<OpenAPIObject> {
  const env = parseEnv(GatewayEnv, {
    DATABASE_URL: 'postgres://unused',
    RPC_TOKEN: 'never-used-in-a-preview',
  });
  const logger = createLogger('gateway', { level: 'silent' });
  const root = {
    module: class Preview {},
    imports: [PlatformModule.forService({ name: 'gateway', env, logger }), GatewayModule],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  return createOpenApiDocument(app);
}
