import type { IncomingMessage } from 'node:http';
import type { WsMessage } from '@btcforecast/contracts';
import type WebSocket from 'ws';

type Of<T extends WsMessage['type']> = Extract<WsMessage, { type: T }>;

/** A client of /v1/ws that notes everything it is told. */
export class WsClient {
  readonly messages: WsMessage[] = [];
  /** HTTP status, when the upgrade was refused. */
  refused: { readonly status: number; readonly body: string; readonly headers: object } | undefined;
  closed: { readonly code: number; readonly reason: string } | undefined;
  pings = 0;
  #isOpen = false;

  constructor(readonly socket: WebSocket) {
    socket.on('open', () => (this.#isOpen = true));
    socket.on('error', () => undefined); // told by `refused` or `closed`
    socket.on('ping', () => (this.pings += 1));
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as WsMessage));
    socket.on('unexpected-response', (_request, response: IncomingMessage) => {
      let body = '';
      response.on('data', (text: Buffer) => (body += text.toString()));
      response.on('end', () => {
        this.refused = { status: response.statusCode ?? 0, body, headers: response.headers };
      });
    });
  }

  get isAnswered(): boolean {
    return this.#isOpen || this.refused !== undefined || this.closed !== undefined;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  of<T extends WsMessage['type']>(type: T): Of<T>[] {
    return this.messages.filter((message): message is Of<T> => message.type === type);
  }

  /** What the prices of candles that came say: their names in tests. */
  closes(subscription = '1'): number[] {
    return this.of('event')
      .filter((message) => message.subscription === subscription && message.event.type === 'price')
      .map(({ event }) => (event.data as { close: number }).close);
  }

  close(): void {
    this.socket.terminate();
  }
}
