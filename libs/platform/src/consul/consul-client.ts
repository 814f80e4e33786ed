import { readFileSync } from 'node:fs';
import { Agent } from 'undici';
import type { PlatformEnv } from '../config/platform.env.js';

const TIMEOUT_MS = 5_000;

export interface ConsulReply {
  readonly status: number;
  /** To be shown with the next question that waits for a change; 0 where the answer has none. */
  readonly index: number;
  readonly body: unknown;
}

/** HTTP API of the Consul agent: one request, one answer, whatever its status. */
export class ConsulClient {
  readonly #agent: Agent;
  readonly #address: URL;
  readonly #token: string | undefined;

  constructor({ CONSUL_ADDR, CONSUL_CACERT, CONSUL_TOKEN }: PlatformEnv) {
    this.#address = new URL(CONSUL_ADDR ?? '');
    this.#token = CONSUL_TOKEN;
    const connect = {
      timeout: TIMEOUT_MS,
      ...(CONSUL_CACERT && { ca: readFileSync(CONSUL_CACERT, 'utf8') }),
    };
    this.#agent = new Agent({ connect });
  }

  /** @throws when there is no answer in time */
  async ask(
    method: 'GET' | 'PUT',
    path: string,
    { body, timeoutMs = TIMEOUT_MS }: { readonly body?: object; readonly timeoutMs?: number } = {},
  ): Promise<ConsulReply> {
    const reply = await this.#agent.request({
      origin: this.#address.origin,
      method,
      path: `/v1/${path}`,
      headers: this.#token === undefined ? {} : { 'X-Consul-Token': this.#token },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await reply.body.text();
    const index = Number(reply.headers['x-consul-index'] ?? 0);
    return { status: reply.statusCode, index, body: jsonOf(text) };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** An agent says in plain text what it refuses. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
