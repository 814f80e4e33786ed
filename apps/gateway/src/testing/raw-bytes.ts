import { connect } from 'node:net';

export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  /** Names in lower case; of a repeated one the last. */
  readonly headers: Readonly<Record<string, string>>;
  /** Head and body as they came. */
  readonly text: string;
}

export interface RawOptions {
  /** How long the server may take to close the connection, ms. */
  readonly withinMs?: number;
  /** Bytes that are sent after the first ones, one at a time, as slowly as a bad client would. */
  readonly trickle?: { readonly byte: string; readonly everyMs: number };
  /** Goes away when the head of an answer has come: for those that never end. */
  readonly stopAtHead?: boolean;
}

const HEAD_END = '\r\n\r\n';

/**
 * Sends these very bytes over a connection of its own and reads until the server closes it: for what no HTTP client
 * would send.
 *
 * @throws Error when the server has not closed the connection in time
 */
export function rawRequest(
  port: number,
  bytes: string | Buffer,
  { withinMs = 15_000, trickle, stopAtHead = false }: RawOptions = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1' });
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after ${withinMs} ms; so far: ${text}`));
    }, withinMs);
    const drip = trickle && setInterval(() => socket.write(trickle.byte), trickle.everyMs);
    const end = (): void => {
      clearTimeout(limit);
      clearInterval(drip);
      socket.destroy();
      resolve(parse(text));
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (stopAtHead && text.includes(HEAD_END)) end();
    });
    // A server that refuses what it still gets resets the connection; what it answered before counts.
    socket.on('error', end);
    socket.on('end', () => socket.end());
    socket.on('close', end);
    socket.write(bytes);
  });
}

function parse(text: string): RawAnswer {
  const [head = ''] = text.split(HEAD_END, 1);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers: Object.fromEntries(headers), text };
}
