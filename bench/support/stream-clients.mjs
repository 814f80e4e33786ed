/**
 * Many clients of streams in a process of their own. Orders come from the parent: open so many, then say how long after
 * its publication each event came. Clients do as little as they can, since they share the processors with the server.
 */
import { connect } from 'node:net';
import { percentile } from './statistics.mjs';

/** Handshakes at once. */
const AT_ONCE = 100;
const SUBSCRIBE = '{"op":"subscribe","id":"1"}';

/** By number of the event, when it came to each client: ms since the epoch. */
const arrivals = new Map();
/** By number of the event, when it was entered into the stream, as the event says: ms since the epoch. */
const enteredAt = new Map();
const ENTERED = Buffer.from('"at":"');
const sockets = [];

process.on('message', async (order) => {
  if (order.open) process.send(await openAll(order.open));
  if (order.forget) arrivals.clear();
  if (order.count)
    process.send({ came: [...arrivals.values()].reduce((sum, times) => sum + times.length, 0) });
  if (order.report) process.send(report(order.report));
});
process.once('disconnect', () => process.exit(0));

async function openAll({ port, kind, count, headers }) {
  for (let i = 0; i < count; i += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - i) }, () => open(port, kind, headers)));
  }
  return { opened: sockets.length };
}

function open(port, kind, headers) {
  const isWs = kind === 'ws';
  const marker = Buffer.from(isWs ? '"event":{"id":"' : '\ndata: {"id":"');
  return new Promise((resolve, reject) => {
    let isOpen = false;
    const onData = (length, buffer) => {
      const bytes = buffer.subarray(0, length);
      if (isOpen) return note(bytes, marker);
      const text = bytes.toString('latin1');
      if (!text.startsWith(isWs ? 'HTTP/1.1 101' : 'HTTP/1.1 200')) reject(new Error(text.slice(0, 200)));
      isOpen = isWs || text.includes('retry:') || undefined;
      if (isWs) socket.write(frame(SUBSCRIBE));
      resolve();
    };
    const socket = connect({
      port,
      host: '127.0.0.1',
      onread: { buffer: Buffer.alloc(4_096), callback: onData },
    });
    sockets.push(socket);
    socket.once('error', reject);
    socket.write(requestOf(isWs, headers));
  });
}

/** One number and one time for each event in what has come. */
function note(bytes, marker) {
  const now = performance.timeOrigin + performance.now();
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + marker.length)) {
    const from = at + marker.length;
    const seq = Number(bytes.latin1Slice(from, bytes.indexOf(0x2d, from)));
    let times = arrivals.get(seq);
    if (!times) {
      arrivals.set(seq, (times = []));
      enteredAt.set(seq, enteredOf(bytes, from));
    }
    times.push(now);
  }
}

function enteredOf(bytes, from) {
  const at = bytes.indexOf(ENTERED, from) + ENTERED.length;
  return Date.parse(bytes.latin1Slice(at, bytes.indexOf(0x22, at)));
}

/** @param publishedAt in the order of publication, ms since the epoch */
function report({ publishedAt }) {
  const sorted = [...arrivals].sort(([a], [b]) => a - b);
  const inOrder = sorted.map(([, times]) => times);
  const latencies = inOrder.flatMap((times, i) => times.map((at) => at - publishedAt[i]));
  const fanOuts = sorted.flatMap(([seq, times]) => times.map((at) => at - enteredAt.get(seq)));
  // How long it took from the first client that got an event to the last one.
  const spreads = inOrder.map((times) => times.at(-1) - times[0]);
  return {
    events: inOrder.length,
    deliveries: latencies.length,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    fanOutP50Ms: percentile(fanOuts, 0.5),
    fanOutP99Ms: percentile(fanOuts, 0.99),
    maxMs: percentile(fanOuts, 1),
    spreadMs: percentile(spreads, 0.5),
  };
}

function requestOf(isWs, headers) {
  const upgrade = isWs
    ? [
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: MDEyMzQ1Njc4OUFCQ0RFRg==',
      ]
    : [];
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${isWs ? '/v1/ws' : '/v1/stream'} HTTP/1.1`, 'Host: bench', ...upgrade, ...own, '', ''].join(
    '\r\n',
  );
}

/** A short text frame with a mask of zeros, RFC 6455, section 5.2. */
function frame(text) {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
