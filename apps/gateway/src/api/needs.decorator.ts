import { applyDecorators } from '@nestjs/common';
import type { Permission } from '@btcforecast/contracts';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyContextConfig } from 'fastify';

/** What an operation of the API document needs; kept in the document, so that clients can know it. */
export const PERMISSION_EXTENSION = 'x-permission';

/** Marks an operation that takes an Idempotency-Key, if its method is one that changes something. */
export const IDEMPOTENT_EXTENSION = 'x-idempotent';

export type RouteNeeds = Omit<FastifyContextConfig, 'public' | 'permission'>;

/** A route that only those reach who are permitted. Every route says this, or `@Public()`. */
export function Needs(permission: Permission, config: RouteNeeds = {}) {
  return applyDecorators(
    RouteConfig({ ...config, permission }),
    ApiExtension(PERMISSION_EXTENSION, permission),
    ApiExtension(IDEMPOTENT_EXTENSION, config.idempotent ?? config.audited ?? true),
  );
}
