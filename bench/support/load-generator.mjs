/** Load in a process of its own. The parent sends one order and gets one report. */
import { Connection, requestBytes } from './connection.mjs';
import { arrivals, percentile } from './statistics.mjs';

process.once('message', (order) => {
  const work = order.kind === 'closed' ? closedLoop(order) : openLoop(order);
  work.then((report) => process.send(report, () => process.disconnect()));
});

/** Each connection asks again as soon as it is answered: how much can be had. */
async function closedLoop(order) {
  const state = { replies: 0, errors: 0, times: [] };
  const end = performance.now() + order.seconds * 1_000;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: order.connections }, async () => {
      const connection = await open(order, (status) => finished(status));
      let sentAt = performance.now();
      let done;
      const over = new Promise((resolve) => (done = resolve));
      function finished(status) {
        const now = performance.now();
        state.replies += 1;
        if (status !== order.expect) state.errors += 1;
        else state.times.push(now - sentAt);
        if (status === 0 || now >= end) return done();
        sentAt = now;
        connection.send();
      }
      connection.send();
      await over;
      connection.close();
    }),
  );
  return report(state, (performance.now() - startedAt) / 1_000);
}

/**
 * Requests go out when they are due, whatever became of those before. Latency counts from the time at which a
 * request was due, so that waiting for a free connection, or for a generator that was late, is in it.
 */
async function openLoop(order) {
  const due = arrivals(order.kind, order.perSecond, order.seconds, order.seed);
  const state = { replies: 0, errors: 0, times: [] };
  const lateness = [];
  const waiting = [];
  const idle = [];
  let done;
  const over = new Promise((resolve) => (done = resolve));
  const connections = await Promise.all(Array.from({ length: order.connections }, () => channel()));
  idle.push(...connections);
  const startedAt = performance.now();
  let next = 0;
  emit();
  await over;
  for (const { connection } of connections) connection.close();
  const seconds = (performance.now() - startedAt) / 1_000;
  return { ...report(state, seconds), sentLateP99Ms: percentile(lateness, 0.99) };

  async function channel() {
    const one = { dueAt: 0 };
    one.connection = await open(order, (status) => finished(one, status));
    return one;
  }

  /** Spins, since timers are a thousand times too coarse for these distances. */
  function emit() {
    for (; next < due.length && startedAt + due[next] <= performance.now(); next += 1) {
      const dueAt = startedAt + due[next];
      lateness.push(performance.now() - dueAt);
      const one = idle.pop();
      if (one) send(one, dueAt);
      else waiting.push(dueAt);
    }
    if (next < due.length) setImmediate(emit);
  }

  function send(one, dueAt) {
    one.dueAt = dueAt;
    one.connection.send();
  }

  function finished(one, status) {
    state.replies += 1;
    if (status !== order.expect) state.errors += 1;
    else state.times.push(performance.now() - one.dueAt);
    if (state.replies === due.length || status === 0) return done();
    const dueAt = waiting.shift();
    if (dueAt === undefined) idle.push(one);
    else send(one, dueAt);
  }
}

async function open(order, onReply) {
  const { hostname, port } = new URL(order.url);
  const connection = new Connection({
    host: hostname,
    port: Number(port),
    request: requestBytes(order),
    onReply,
  });
  await connection.ready;
  return connection;
}

function report({ replies, errors, times }, seconds) {
  const { user, system } = process.cpuUsage();
  return {
    perSecond: replies / seconds,
    replies,
    errors,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    generatorBusy: (user + system) / 1e6 / seconds,
  };
}
