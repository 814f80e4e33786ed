import { applyDecorators } from '@nestjs/common';
import type { Permission } from '@btcforecast/contracts';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyContextConfig } from 'fastify';
import { routeNamesOf } from '../http/route-names.js';
import { AddRouteConfig } from './route-config.js';

/** What an operation of the API document needs; kept in the document, so that clients can know it. */
export const PERMISSION_EXTENSION = 'x-permission';

/** Marks an operation that takes an Idempotency-Key, if its method is one that changes something. */
export const IDEMPOTENT_EXTENSION = 'x-idempotent';

/** What a request costs, in units of the quota. */
export const COST_EXTENSION = 'x-cost';

export type RouteNeeds = Omit<FastifyContextConfig, 'public' | 'permission' | 'names'>;

/** A route that only those reach who are permitted. Every route says this, or `@Public()`. */
export function Needs(permission: Permission, config: RouteNeeds = {}) {
  return applyDecorators(
    // Decorators of parameters come before those of their method, so they can be read here.
    ((target: object, handler: string | symbol, descriptor: PropertyDescriptor) => {
      const names = routeNamesOf(target.constructor, handler);
      AddRouteConfig({ ...config, permission, names })(target, handler, descriptor);
    }) as MethodDecorator,
    ApiExtension(PERMISSION_EXTENSION, permission),
    ApiExtension(IDEMPOTENT_EXTENSION, config.idempotent ?? config.audited ?? true),
    ApiExtension(COST_EXTENSION, config.cost ?? 1),
  );
}
