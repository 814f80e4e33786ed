import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { isLimited, isWithinLimits, type Limited } from '@btcforecast/access';
import { AppError } from '@btcforecast/platform';
import type { FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { subjectOf } from './route-names.js';

type Thing = Readonly<Record<string, unknown>>;

/**
 * Replies as those may see them who are limited to some instruments or horizons: of every list, whatever is about
 * others is left out; a single thing that is about others is not there. What was asked for by name has been refused
 * before.
 */
@Injectable()
export class LimitsInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { principal, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!principal || !isLimited(principal)) return next.handle();
    const { instrumentField } = routeOptions.config;
    return next.handle().pipe(map((reply: unknown) => visibleReply(reply, principal, instrumentField)));
  }
}

/**
 * @param instrumentField of the entries of `data`, which instrument they are about, where it is not `instrument`
 * @throws AppError caller request.not_found when the whole reply is beyond the limits
 */
export function visibleReply(reply: unknown, limits: Limited, instrumentField?: string): unknown {
  if (!isThing(reply)) return reply;
  if (!isVisible(reply, limits)) throw hidden();
  const { data } = reply;
  if (instrumentField === undefined || !Array.isArray(data)) return withoutHidden(reply, limits);
  const about = (entry: Thing): Thing => ({ instrument: entry[instrumentField] });
  return { ...reply, data: data.filter((entry: Thing) => isVisible(about(entry), limits)) };
}

function withoutHidden(value: unknown, limits: Limited): unknown {
  if (Array.isArray(value)) {
    return value
      .filter((entry) => !isThing(entry) || isVisible(entry, limits))
      .map((entry) => withoutHidden(entry, limits));
  }
  if (!isThing(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, content]) => [name, withoutHidden(content, limits)]),
  );
}

function isVisible(thing: Thing, limits: Limited): boolean {
  return isWithinLimits(limits, subjectOf(thing));
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function hidden(): AppError {
  const message = 'there is nothing of this name that these credentials, which are limited, may see';
  return new AppError('caller', 'request.not_found', message);
}
