import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that counts what reaches it. */
export async function startServer(answer: RequestListener, host = '127.0.0.1', port = 0) {
  const state = { requests: 0, connections: 0 };
  const server = createServer((request, response) => {
    state.requests += 1;
    answer(request, response);
  });
  server.on('connection', () => (state.connections += 1));
  await once(server.listen(port, host), 'listening');
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

const TYPE_A = 1;

/** A name server that says of every name what comes next in `answers`, and at last for ever the same. */
export async function startNameServer(answers: readonly (readonly string[])[]) {
  const socket = createSocket('udp4');
  const state = { asked: 0 };
  socket.on('message', (query, from) => {
    const isA = query.readUInt16BE(questionEnd(query) - 4) === TYPE_A;
    const addresses = isA ? (answers[Math.min(state.asked, answers.length - 1)] ?? []) : [];
    if (isA) state.asked += 1;
    socket.send(answerTo(query, addresses), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return Object.assign(state, {
    server: `127.0.0.1:${socket.address().port}`,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  });
}

/** Where the one question of a message ends, RFC 1035 section 4.1.2. */
function questionEnd(query: Buffer): number {
  let at = 12;
  while (query[at] !== 0) at += query[at]! + 1;
  return at + 5;
}

/** The question, answered with addresses that may not be kept. */
function answerTo(query: Buffer, addresses: readonly string[]): Buffer {
  const head = Buffer.from(query.subarray(0, questionEnd(query)));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const records = addresses.map((address) =>
    Buffer.concat([
      Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4]),
      Buffer.from(address.split('.').map(Number)),
    ]),
  );
  return Buffer.concat([head, ...records]);
}
