import { assertWithinLimits, isLimited, type Principal } from '@btcforecast/access';
import { AppError } from '@btcforecast/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hooksOf } from './hooks-of.js';
import { namedInAddress, namedInBody, type RouteNames } from './route-names.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Where requests name instruments and horizons; `@Needs` reads it off the parameters of the handler. */
    names?: RouteNames | undefined;
    /** Shows all instruments and horizons at once, in a form that nothing can be left out of. */
    shows?: 'everything';
    /** Which field of the entries of a list says what instrument they are about. Default: `instrument`. */
    instrumentField?: string;
  }
}

/**
 * Whether somebody may send this request, as far as its address tells. What is answered from memory passes here too.
 *
 * @throws AppError caller access.forbidden
 */
export function assertMayAsk(request: FastifyRequest, principal: Principal): void {
  const { permission, names, shows } = request.routeOptions.config;
  if (!permission || !principal.permissions.has(permission)) throw notPermitted(permission);
  if (!isLimited(principal)) return;
  if (shows === 'everything') throw forTheUnlimited();
  if (names) assertWithinLimits(principal, namedInAddress(request, names));
}

/** Holds bodies to the limits of whoever sends them, once they are there and before anything is done. */
export function limitBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const names = route.config?.names;
    if (names?.body) route.preValidation = [bodyCheck(names), ...hooksOf(route.preValidation)];
  });
}

function bodyCheck(names: RouteNames) {
  return async (request: FastifyRequest): Promise<void> => {
    const { principal } = request;
    if (principal && isLimited(principal)) assertWithinLimits(principal, namedInBody(request, names));
  };
}

/** Whoever asks is known, but may not. */
export function notPermitted(permission: string | undefined): AppError {
  return new AppError(
    'caller',
    'access.forbidden',
    `this needs the permission ${permission}, which these credentials do not have; use others, or ask whoever ` +
      'issued them',
  );
}

function forTheUnlimited(): AppError {
  return new AppError(
    'caller',
    'access.forbidden',
    'this shows all instruments and horizons at once, and these credentials are limited to some; use others without limits',
  );
}
