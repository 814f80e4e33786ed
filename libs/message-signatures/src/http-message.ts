/** Fields by lower-case name, as Node gives them; several lines of one name are an array or joined by a comma. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface RequestParts {
  /** As sent: methods are case-sensitive. */
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** Host and port as the client addressed them: the Host field, or :authority. */
  readonly authority: string;
  /** Path and query exactly as sent, never decoded or tidied up: `/v1/forecasts/BTC-USD?horizon=24h`. */
  readonly target: string;
  readonly fields: Fields;
}

export interface ResponseParts {
  readonly status: number;
  readonly fields: Fields;
  /** The request that it answers; needed for components with `req`. */
  readonly request?: RequestParts;
}

export type MessageParts = RequestParts | ResponseParts;

export function isResponse(message: MessageParts): message is ResponseParts {
  return 'status' in message;
}
