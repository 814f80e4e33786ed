import type { Fixture } from './start-fixture.js';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; an empty object if it is none. */
  readonly body: Record<string, unknown>;
}

export interface ApiQuestion {
  /** Null: none. */
  readonly key?: string | null;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks a gateway and reads all of the answer, but of one that has no end. */
export async function askApi(
  { url, key: usual }: Pick<Fixture, 'url' | 'key'>,
  method: string,
  path: string,
  { key = usual, body, headers = {} }: ApiQuestion = {},
): Promise<ApiAnswer> {
  const credentials: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const {
    status,
    headers: answered,
    text,
  } = await send(`${url}${path}`, {
    method,
    headers: { ...credentials, ...(body === undefined ? {} : JSON_TYPE), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status, headers: answered, text, body: objectIn(text) };
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function send(url: string, init: Parameters<typeof fetch>[1]): Promise<Omit<ApiAnswer, 'body'>> {
  const response = await fetch(url, init);
  const { status, headers } = response;
  if (headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    return { status, headers, text: await response.text() };
  }
  await response.body?.cancel();
  return { status, headers, text: '' };
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
