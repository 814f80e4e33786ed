import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';

/** Marks an operation of the API document that needs no key; the document step turns it into `security: []`. */
export const PUBLIC_EXTENSION = 'x-public';

/** A route that is reached without a key. All others need one. */
export function Public() {
  return applyDecorators(RouteConfig({ public: true }), ApiExtension(PUBLIC_EXTENSION, true));
}
