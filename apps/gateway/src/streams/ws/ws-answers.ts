import type { WsMessage } from '@btcforecast/contracts';
import { problemOf } from '@btcforecast/platform';
import { InvalidRequestError } from '../../http/request-error.js';
import type { CloseReason } from '../stream-hub.js';

export const WS_PATH = '/v1/ws';

/** RFC 6455, section 7.4: 1001 when the server goes away, 4000 and up for what is between us and the client. */
export const CLOSE_CODES: Readonly<Record<CloseReason, number>> = {
  shutdown: 1001,
  credentials_ended: 4401,
  rights_changed: 4403,
  slow_consumer: 4408,
  too_many_messages: 4429,
};

/** The answer to a message that could not be obeyed: the same problem that a request would get. */
export function problemMessage(id: string | null, error: unknown, traceId: string): WsMessage {
  const { body } = problemOf(error, { instance: WS_PATH, traceId });
  const problem = error instanceof InvalidRequestError ? { ...body, errors: error.errors } : body;
  return { type: 'error', id, problem };
}
