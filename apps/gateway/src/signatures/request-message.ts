import type { RequestParts } from '@btcforecast/message-signatures';
import type { FastifyRequest } from 'fastify';

/** A request as whoever signs or verifies sees it: its address as sent, by the host and scheme of the outermost proxy. */
export function requestMessage(request: FastifyRequest): RequestParts {
  const { method, raw, headers } = request;
  return {
    method,
    scheme: request.protocol === 'https' ? 'https' : 'http',
    authority: request.host,
    target: raw.url ?? '',
    fields: headers,
  };
}

export function hasBody({ headers }: FastifyRequest): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}
