import { issueWords, WsRequest } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { z } from 'zod';
import { fieldErrorsOf } from '../../http/field-errors.js';
import { InvalidRequestError } from '../../http/request-error.js';

export type ReadMessage =
  | { readonly id: string; readonly request: WsRequest }
  /** The id is there as far as it could be read. */
  | { readonly id: string | null; readonly error: AppError };

const WithId = z.object({ id: WsRequest.options[2].shape.id });

/** What a client wants, from the text that it sent. */
export function readMessage(text: string): ReadMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const message = 'a message must be a JSON object such as {"op":"ping","id":"1"}';
    return { id: null, error: new AppError('caller', 'request.invalid', message) };
  }
  const read = WsRequest.safeParse(json, { error: issueWords });
  if (read.success) return { id: read.data.id, request: read.data };
  const id = WithId.safeParse(json).data?.id ?? null;
  return { id, error: new InvalidRequestError(fieldErrorsOf(read.error, ['message'])) };
}
