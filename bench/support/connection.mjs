import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * One keep-alive HTTP/1.1 connection that sends one prepared request at a time and reads replies with a
 * content-length. It does so little that the server is what is measured, not the client: with a general client the
 * generator would need more of the machine than the server does.
 */
export class Connection {
  #socket;
  #pending = Buffer.alloc(0);
  #onReply = undefined;

  /** @param onReply called with the status of each reply, or 0 when the connection broke */
  constructor({ host, port, request, onReply }) {
    this.request = request;
    this.#onReply = onReply;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', () => undefined); // close follows
    this.#socket.on('close', () => this.#onReply?.(0));
    this.ready = new Promise((resolve, reject) =>
      this.#socket.once('connect', resolve).once('error', reject),
    );
  }

  send() {
    this.#socket.write(this.request);
  }

  close() {
    this.#onReply = undefined;
    this.#socket.destroy();
  }

  #read(chunk) {
    const bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    const headEnd = bytes.indexOf(HEAD_END);
    const head = headEnd < 0 ? '' : bytes.latin1Slice(0, headEnd);
    const length = headEnd < 0 ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (Number.isNaN(length)) throw new Error(`a reply without content-length:\n${head}`);
    if (headEnd < 0 || bytes.length < headEnd + 4 + length) {
      this.#pending = bytes;
      return;
    }
    this.#pending = bytes.subarray(headEnd + 4 + length);
    this.#onReply?.(Number(head.slice(9, 12)));
  }
}

/** The bytes of a request: a GET, or with a body a POST of JSON. */
export function requestBytes({ url, path, headers, body }) {
  const { host } = new URL(url);
  const own =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries({ host, ...headers, ...own }).map(([name, value]) => `${name}: ${value}`);
  const method = body === undefined ? 'GET' : 'POST';
  return Buffer.from([`${method} ${path} HTTP/1.1`, ...lines, '', body ?? ''].join('\r\n'));
}
