import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

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

/** Somebody who asks the API over TLS, from an address of theirs, over connections that stay open. */
export class ApiClient {
  readonly #agent: Agent;
  readonly #host: string;
  readonly #port: number;

  constructor(private readonly options: ApiClientOptions) {
    const [host, port] = options.at.split(':') as [string, string];
    [this.#host, this.#port] = [host, Number(port)];
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 32,
      ca: readFileSync(options.caFile),
      servername: 'localhost',
    });
  }

  get(path: string): Promise<ApiReply> {
    return this.send('GET', path);
  }

  /** @throws Error when there is no answer in time */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiReply> {
    const { key, from, timeoutMs = TIMEOUT_MS } = this.options;
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request({
        agent: this.#agent,
        host: this.#host,
        port: this.#port,
        method,
        path,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
        ...(from ? { localAddress: from } : {}),
      });
      const timer = setTimeout(() => sent.destroy(new Error('no answer in time')), timeoutMs);
      sent.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      sent.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          clearTimeout(timer);
          const region = String(response.headers['x-served-region'] ?? '');
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString(), region });
        });
      });
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
