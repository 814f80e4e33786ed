import { OPERATIONS, type Operations } from './generated/operations.js';
import { type HttpOptions, send } from './http.js';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Names this change; a repetition under the same name changes nothing again. Default: a new one for each call. */
  readonly idempotencyKey?: string;
}

type Parts<N extends keyof Operations> = Omit<Operations[N]['request'], 'url' | 'headers'>;
/** Everything in it may be left out: then the argument may be too. */
type Arguments<T> =
  Partial<T> extends T ? [parts?: T, options?: CallOptions] : [parts: T, options?: CallOptions];

export type ApiClient = {
  readonly [N in keyof Operations]: (...args: Arguments<Parts<N>>) => Promise<Operations[N]['reply']>;
};

interface AnyParts {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/**
 * The API as functions, one for each operation of the OpenAPI document:
 *
 *     const api = createApiClient({ baseUrl: 'http://127.0.0.1:3000', credentials: key });
 *     const forecast = await api.forecastLatest({ path: { instrument: 'BTC-USD' }, query: { horizon: ['24h'] } });
 *
 * Requests that may be repeated without harm are, when that may help (see http.ts).
 *
 * @throws ApiError (from the functions) what the API answered instead
 */
export function createApiClient(options: HttpOptions): ApiClient {
  const entries = Object.entries(OPERATIONS).map(([name, operation]) => [
    name,
    async (parts: AnyParts = {}, { signal, idempotencyKey }: CallOptions = {}) => {
      const { method, idempotent, body: type, reply } = operation;
      const path = operation.path.replace(/\{(\w+)\}/g, (_, key: string) =>
        encodeURIComponent(String(parts.path?.[key])),
      );
      const body = type !== null && parts.body !== undefined ? { type, content: parts.body } : null;
      const call = { method, path, query: queryOf(parts.query), body, idempotent, signal, idempotencyKey };
      return contentOf(await send(options, call), reply);
    },
  ]);
  return Object.fromEntries(entries) as ApiClient;
}

/** Lists are separated by commas, as the document says. */
function queryOf(query: AnyParts['query'] = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(
    pairs.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return text === '' ? '' : `?${text}`;
}

function contentOf(response: Response, type: string | null): Promise<unknown> | undefined {
  if (response.status === 204 || type === null) return undefined;
  if (type.includes('json') && !type.includes('ndjson')) return response.json();
  return type.startsWith('text/') || type.includes('ndjson') ? response.text() : response.blob();
}
