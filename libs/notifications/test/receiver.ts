import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A status, or what to do with the connection instead. */
export type Answer = number | ((response: ServerResponse) => void);

/** A server that takes webhooks, and answers each with the next of the answers given, then with 204. */
export class Receiver {
  readonly received: Received[] = [];
  readonly answers: Answer[] = [];
  /** Answers by path, for ever. */
  readonly always = new Map<string, Answer>();
  connections = 0;
  inFlight = 0;
  mostInFlight = 0;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    response.on('close', () => (this.inFlight -= 1));
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      this.received.push({ path: url, headers, body: Buffer.concat(chunks).toString() });
      const answer = this.always.get(url) ?? this.answers.shift() ?? 204;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else answer(response);
    });
  });

  static async open(host = '127.0.0.1', port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.on('connection', () => (receiver.connections += 1));
    await once(receiver.#server.listen(port, host), 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path = '/hook'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
