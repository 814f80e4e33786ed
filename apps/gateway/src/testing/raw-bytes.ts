import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; of a repeated one the last. */
  readonly headers: Readonly<Record<string, string>>;
  /** Head and body as they came. */
  readonly text: string;
}

/**
 * Sends these very bytes over a connection of its own and reads until the server closes it: for what no HTTP client
 * would send.
 *
 * @throws Error when the server has not closed the connection `withinMs` after the last byte was sent
 */
export function rawRequest(port: number, bytes: string | Buffer, withinMs = 15_000): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' });
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end after ${withinMs} ms; so far: ${Buffer.concat(chunks).toString('latin1')}`));
    }, withinMs);
    const end = (): void => {
      clearTimeout(limit);
      resolve(parse(Buffer.concat(chunks).toString('latin1')));
    };
    socket.on('data', (chunk) => void chunks.push(chunk));
    // A server that refuses what it still gets resets the connection; what it answered before counts.
    socket.on('error', end);
    socket.on('end', () => socket.end());
    socket.on('close', end);
    socket.write(bytes);
  });
}

function parse(text: string): RawAnswer {
  const [head = ''] = text.split('\r\n\r\n', 1);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers: Object.fromEntries(headers), text };
}
