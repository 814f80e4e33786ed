import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of the process's monotonic clock, ms. */
  readonly at: number;
}

export type TestReceiver = Awaited<ReturnType<typeof startReceiver>>;

/** A server that takes webhooks; answers with the statuses given for the path, then with 204, or not while it is held. */
export async function startReceiver() {
  const received: Received[] = [];
  const answers = new Map<string, number[]>();
  const held = new Map<string, ServerResponse[]>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      received.push({ path, headers, body, at: performance.now() });
      const waiting = held.get(path);
      if (waiting) waiting.push(response);
      else response.writeHead(answers.get(path)?.shift() ?? 204).end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    received,
    answers,
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    hold: (path: string) => void held.set(path, []),
    release: (path: string) => void held.delete(path),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
