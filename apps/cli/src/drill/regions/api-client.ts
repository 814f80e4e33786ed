import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { Agent, buildConnector, type Dispatcher } from 'undici';

export interface ApiReply {
  readonly status: number;
  readonly body: string;
  /** Which region answered. */
  readonly region: string;
}

export interface ApiClientOptions {
  /** host:port of the edge. */
  readonly at: string;
  readonly caFile: string;
  readonly key: string;
  /** From which address it asks; undefined: any. */
  readonly from?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;
const CONNECT_MS = 2_000;
/** Of one client to the edge. All of them make the processor of the clients shake hands at once when a drill begins. */
const CONNECTIONS = 8;
/** What becomes of a request whose connection could not be had, or broke before an answer came. */
const LOST = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ETIMEDOUT'],
  ...['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/**
 * Somebody who asks the API over TLS, from an address of theirs, over connections that stay open. As libraries do, ours
 * (libs/api-client) among them, it tries the next address of a name when one takes no connection, and sends a request
 * once more whose connection was lost before there was an answer, when that can do no harm. An answer is never asked for
 * again, whatever it says, though libs/api-client would.
 */
export class ApiClient {
  /** Requests that were sent once more. */
  repeated = 0;
  readonly #agent: Agent;
  readonly #origin: string;

  constructor(private readonly options: ApiClientOptions) {
    this.#origin = `https://${options.at}`;
    this.#agent = new Agent({ connections: CONNECTIONS, connect: anyAddress(options) });
  }

  get(path: string): Promise<ApiReply> {
    return this.send('GET', path);
  }

  /** @throws Error when there is no answer in time */
  async send(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiReply> {
    const { key, timeoutMs = TIMEOUT_MS } = this.options;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('no answer in time')), timeoutMs);
    const asked: Dispatcher.RequestOptions = {
      origin: this.#origin,
      method,
      path,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: late.signal,
    };
    try {
      const answer = await this.#ask(asked, method === 'GET' || 'idempotency-key' in headers);
      const region = String(answer.headers['x-served-region'] ?? '');
      return { status: answer.statusCode, body: await answer.body.text(), region };
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(asked: Dispatcher.RequestOptions, mayRepeat: boolean): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#agent.request(asked);
    } catch (error) {
      if (!mayRepeat || !LOST.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      this.repeated++;
      return this.#agent.request(asked);
    }
  }

  close(): void {
    void this.#agent.destroy();
  }
}

/** Connects to one of the addresses of a name, beginning with any; while one takes no connection, to the next. */
function anyAddress({ caFile, from }: ApiClientOptions): buildConnector.connector {
  const toOne = buildConnector({
    secureContext: createSecureContext({ ca: readFileSync(caFile) }), // made once, for it takes longer than a request
    servername: 'localhost',
    timeout: CONNECT_MS,
    allowH2: false,
  });
  return (options, done) => {
    const from1st = (addresses: readonly string[]): void => {
      const [address, ...others] = addresses;
      const to = { ...options, hostname: address!, ...(from && { localAddress: from }) };
      toOne(to, (...result) => {
        if (result[0] && others.length > 0) from1st(others);
        else done(...result);
      });
    };
    lookup(options.hostname, { all: true, family: 4 }).then(
      (all) => from1st(rotated(all.map(({ address }) => address))),
      (error: Error) => done(error, null),
    );
  };
}

function rotated<T>(values: readonly T[]): T[] {
  const at = Math.floor(Math.random() * values.length);
  return [...values.slice(at), ...values.slice(0, at)];
}
