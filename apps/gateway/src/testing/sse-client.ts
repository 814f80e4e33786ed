import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface SseMessage {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Reads an event stream as the standard says (WHATWG HTML, 9.2.6), on a connection of its own. */
export class SseClient {
  readonly messages: SseMessage[] = [];
  readonly comments: string[] = [];
  lastEventId = '';
  retryMs: number | undefined;
  status = 0;
  headers: IncomingMessage['headers'] = {};
  body = '';
  ended = false;
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #rest = '';

  constructor(url: string, headers: Record<string, string> = {}) {
    this.#request = request(url, { headers, agent: false });
    this.#request.on('response', (response) => this.#read(response));
    this.#request.on('error', () => (this.ended = true));
    this.#request.end();
  }

  /** Whether the stream has begun, or something else has come to its end. */
  get isAnswered(): boolean {
    return this.retryMs !== undefined || (this.ended && this.status !== 0);
  }

  /** What the prices of candles that came say: their names in tests. */
  get closes(): number[] {
    return this.messages
      .filter(({ event }) => event === 'price')
      .map(({ data }) => (data['data'] as { close: number }).close);
  }

  /** Reads no more, so that the other side cannot write. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  /** Goes without a word, as a lost connection does. */
  close(): void {
    this.#request.destroy();
    this.ended = true;
  }

  #read(response: IncomingMessage): void {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      if (this.ended) return;
      this.body += text;
      const blocks = (this.#rest + text).split('\n\n');
      this.#rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    });
    response.on('close', () => (this.ended = true));
    response.on('error', () => (this.ended = true));
  }

  #take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
      if (name === '') this.comments.push(value);
      else fields.set(name, value);
    }
    this.lastEventId = fields.get('id') ?? this.lastEventId;
    const retry = fields.get('retry');
    if (retry !== undefined) this.retryMs = Number(retry);
    const data = fields.get('data');
    if (data === undefined) return;
    const event = fields.get('event') ?? 'message';
    this.messages.push({ id: this.lastEventId, event, data: JSON.parse(data) as Record<string, unknown> });
  }
}
