import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';

/** Marks an operation of the API document that needs a key with the scope admin. */
export const ADMIN_EXTENSION = 'x-admin';

export interface AdminOptions {
  /** Largest request body in bytes, where the usual limit is too small. */
  readonly bodyLimit?: number;
}

/** A route that changes something: it needs a key with the scope admin. */
export function Admin(options: AdminOptions = {}) {
  return applyDecorators(RouteConfig({ scope: 'admin', ...options }), ApiExtension(ADMIN_EXTENSION, true));
}
