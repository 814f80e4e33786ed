import { waitFor } from '@btcforecast/testing';
import WebSocket from 'ws';
import { SseClient } from './sse-client.js';
import { WsClient } from './ws-client.js';

export interface ConnectOptions {
  readonly url?: string;
  /** Null: none. */
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
}

const ANSWERED = { deadlineMs: 10_000, what: 'an answer' };

/** Clients of a gateway's streams, closed together. */
export class StreamClients {
  #open: { close(): void }[] = [];

  constructor(private readonly usual: { readonly url: string; readonly key: string }) {}

  /** Resolves when the stream is open, or refused. */
  async sse(query = '', options: ConnectOptions = {}): Promise<SseClient> {
    const client = new SseClient(`${this.#url(options)}/v1/stream${query}`, this.#headers(options));
    this.#open.push(client);
    await waitFor(() => client.ended || client.isAnswered, ANSWERED);
    return client;
  }

  /** Resolves when the WebSocket is open, or refused. */
  async ws(query = '', options: ConnectOptions = {}): Promise<WsClient> {
    const address = `${this.#url(options)}/v1/ws${query}`.replace('http', 'ws');
    const client = new WsClient(new WebSocket(address, { headers: this.#headers(options) }));
    this.#open.push(client);
    await waitFor(() => client.isAnswered, ANSWERED);
    return client;
  }

  closeAll(): void {
    for (const client of this.#open) client.close();
    this.#open = [];
  }

  #url({ url = this.usual.url }: ConnectOptions): string {
    return url;
  }

  #headers({ key = this.usual.key, headers = {} }: ConnectOptions): Record<string, string> {
    return key === null ? headers : { authorization: `Bearer ${key}`, ...headers };
  }
}

/** Waits until a client has got so many messages. */
export function received(client: { messages: readonly unknown[] }, count: number): Promise<boolean> {
  return waitFor(() => client.messages.length >= count, { deadlineMs: 15_000, what: `${count} messages` });
}
