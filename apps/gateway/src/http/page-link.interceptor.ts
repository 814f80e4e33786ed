import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { addLink } from './add-link.js';

/** A reply with a `next` cursor says where that page is, too (RFC 8288): one can follow lists without knowing them. */
@Injectable()
export class PageLinkInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((body: unknown) => {
        const cursor = cursorOf(body);
        if (cursor === undefined) return body;
        const link = nextLink(http.getRequest<FastifyRequest>().raw.url ?? '', cursor);
        addLink(http.getResponse<FastifyReply>(), link);
        return body;
      }),
    );
  }
}

function cursorOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('next' in body)) return undefined;
  return typeof body.next === 'string' ? body.next : undefined;
}

/** The same question, from the cursor on. Relative, since only a proxy in front knows the name of the host. */
function nextLink(url: string, cursor: string): string {
  const address = new URL(url, 'http://gateway');
  address.searchParams.set('cursor', cursor);
  return `<${address.pathname}${address.search}>; rel="next"`;
}
