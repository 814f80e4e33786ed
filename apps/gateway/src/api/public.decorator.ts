import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { AddRouteConfig } from './route-config.js';

/** Marks an operation of the API document that needs no key; the document step turns it into `security: []`. */
export const PUBLIC_EXTENSION = 'x-public';

/** A route that is reached without a key. All others need one. `vital`: it is never refused for load. */
export function Public({ vital = false }: { vital?: boolean } = {}) {
  return applyDecorators(AddRouteConfig({ public: true, vital }), ApiExtension(PUBLIC_EXTENSION, true));
}
