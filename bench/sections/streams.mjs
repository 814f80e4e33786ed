/** How long an event takes to thousands of open streams of one gateway process, and what a stream costs. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../support/child-server.mjs';
import { onCleanUp } from '../support/clean-up.mjs';
import { openDataSource, startDatabase } from '../support/database.mjs';
import { cpuSeconds, pssOf } from '../support/process-tree.mjs';
import { say } from '../support/scratch.mjs';

const FEED = 'replay-00000001';
const STREAMS = 5_000;
const HOUR_MS = 3_600_000;
const FIRST_MS = Date.UTC(2025, 0, 1);
const DELIVERY_LIMIT_MS = 30_000;
/** Files beside those of the streams: libraries, the database, the log. */
const OTHER_FILES = 200;
const BAR = { of: 'value', max: 100 };

export async function run({ quick }) {
  const streams = quick ? 1_000 : STREAMS;
  const limit = openFilesLimit();
  if (limit < streams + OTHER_FILES) {
    const note = `needs ${streams + OTHER_FILES} open files for each process; the hard limit here is ${limit}.`;
    return [{ what: `fan-out to ${streams} streams, p99`, value: null, bar: BAR, note }];
  }
  const events = quick ? 10 : 40;
  const market = await openMarket();
  const rows = [];
  for (const kind of ['sse', 'ws']) rows.push(...(await measure(market, { kind, streams, events })));
  return rows;
}

/** Node raises the soft limit to this by itself. */
function openFilesLimit() {
  const line = /^Max open files +\S+ +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return line?.[1] === 'unlimited' ? Infinity : Number(line?.[1] ?? 0);
}

/** A database with a market in it, and somebody who makes candles close. */
async function openMarket() {
  const { createEventBus, createLogger } = await import('@btcforecast/platform');
  const databaseUrl = await startDatabase();
  const dataSource = await openDataSource(databaseUrl);
  const bus = createEventBus({ databaseUrl, logger: createLogger('bench', { level: 'silent' }) });
  onCleanUp(() => bus.close());
  await dataSource.query(
    `INSERT INTO market_feeds (feed, instrument, source, venue, base_interval, event_at, observed_at, speed)
     VALUES ($1, 'BTC-USD', 'replay', $1, '1h', now(), now(), 1)`,
    [FEED],
  );
  await dataSource.query(`SELECT ensure_candle_partitions('2025-01-01Z', '2025-12-31Z')`);
  const key = await addKey(dataSource);
  let hours = 0;
  const closeCandle = async () => {
    const openTime = FIRST_MS + HOUR_MS * hours++;
    await dataSource.query(
      `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
       VALUES ('BTC-USD', $1, '1h', $2, 1, 1, 1, 1, 1, 'streamed')`,
      [FEED, new Date(openTime)],
    );
    const at = performance.timeOrigin + performance.now();
    const where = { feed: FEED, instrument: 'BTC-USD', venue: FEED };
    await bus.publish('candle.closed', { ...where, interval: '1h', openTime });
    return at;
  };
  return { databaseUrl, key, closeCandle };
}

async function addKey(dataSource) {
  const { createKeyText } = await import('@btcforecast/access');
  const { ApiKeyEntity } = await import('@btcforecast/database');
  const { id, secretHash, text } = createKeyText();
  const owner = {
    tenant: 'default',
    name: 'bench',
    roles: ['viewer'],
    bootstrap: false,
    createdAt: new Date(),
  };
  await dataSource.getRepository(ApiKeyEntity).insert({ id, secretHash, ...owner });
  return text;
}

async function measure({ databaseUrl, key, closeCandle }, { kind, streams, events }) {
  const gateway = await startServer('stream-gateway.mjs', {
    env: {
      DATABASE_URL: databaseUrl,
      RPC_TOKEN: 'nobody is called here',
      MARKET_SOURCE: 'replay',
      MARKET_FEED: FEED,
      GATEWAY_PORT: '0',
      GATEWAY_GRPC_PORT: '0',
      SHUTDOWN_DRAIN_MS: '0',
    },
  });
  const clients = await startClients();
  await clients.ask({ open: { ...target(gateway, kind), count: 10, headers: authorization(key) } });
  await round(clients, closeCandle, { streams: 10, events: 20 }); // the compiler's turn
  const before = pssOf(gateway.pid);
  await clients.ask({ open: { ...target(gateway, kind), count: streams - 10, headers: authorization(key) } });
  const perStream = (pssOf(gateway.pid) - before) / (streams - 10);
  await round(clients, closeCandle, { streams, events: 3 });
  const figures = await counted(gateway.pid, () => round(clients, closeCandle, { streams, events }));
  clients.end();
  const least = kind === 'sse' ? await bareRound(streams, events) : undefined;
  say(
    `${kind}: p50 ${figures.fanOutP50Ms.toFixed(1)} ms, p99 ${figures.fanOutP99Ms.toFixed(1)} ms, most ${figures.maxMs.toFixed(1)} ms`,
  );
  return rowsOf({ kind, streams, figures, least, perStream });
}

/** With the processor time that each delivery took the server. */
async function counted(pid, measureIt) {
  const before = cpuSeconds(pid);
  const figures = await measureIt();
  return { ...figures, cpuMicros: ((cpuSeconds(pid) - before) / figures.deliveries) * 1e6 };
}

function rowsOf({ kind, streams, figures, least, perStream }) {
  const name = `fan-out to ${streams.toLocaleString('en')} ${kind === 'sse' ? 'event streams' : 'WebSockets'}`;
  const beside = least && { baseline: least.fanOutP99Ms, ratio: figures.fanOutP99Ms / least.fanOutP99Ms };
  const besideNote = least
    ? ` Beside the least any server needs: the same bytes written to as many responses of a bare Node server, without a database, a check or a sequence: ${least.cpuMicros.toFixed(1)} µs.`
    : '';
  return [
    {
      what: `${name}, p99`,
      value: figures.fanOutP99Ms,
      unit: 'ms',
      ...beside,
      bar: BAR,
      note: `${figures.events} events, ${figures.deliveries.toLocaleString('en')} deliveries, none lost: from the entry of an event into the record to its arrival at a client in another process; the first of the clients got an event ${figures.spreadMs.toFixed(0)} ms before the last (median). CPU time of the gateway per delivery: ${figures.cpuMicros.toFixed(1)} µs.${besideNote}`,
    },
    { what: `${name}, p50`, value: figures.fanOutP50Ms, unit: 'ms' },
    {
      what: 'the same from the hint that a candle has closed, p99',
      value: figures.p99Ms,
      unit: 'ms',
      note: 'Through the database and the record.',
    },
    {
      what: `memory of one open ${kind === 'sse' ? 'event stream' : 'WebSocket'}`,
      value: perStream / 1e3,
      unit: 'kB',
    },
  ];
}

async function bareRound(streams, events) {
  const child = fork(join(import.meta.dirname, '../support/servers/stream-bare.mjs'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onCleanUp(() => child.kill('SIGKILL'));
  child.send({});
  const [{ port }] = await once(child, 'message');
  const clients = await startClients();
  await clients.ask({ open: { port, kind: 'sse', count: streams, headers: {} } });
  let seq = 0;
  const send = async () => {
    const at = performance.timeOrigin + performance.now();
    const entered = new Date(Math.floor(at)).toISOString();
    const data = JSON.stringify({
      id: `${++seq}-0123abcd`,
      at: entered,
      type: 'price',
      data: 'x'.repeat(330),
    });
    child.send({ event: `id: ${seq}-0123abcd\nevent: price\ndata: ${data}\n\n` });
    return at;
  };
  await round(clients, send, { streams, events: 3 });
  const figures = await counted(child.pid, () => round(clients, send, { streams, events }));
  clients.end();
  child.kill('SIGKILL');
  return figures;
}

/** Publishes events one after the other, each when the one before has come to everybody. */
async function round(clients, publish, { streams, events }) {
  clients.tell({ forget: true });
  const publishedAt = [];
  for (let i = 1; i <= events; i++) {
    publishedAt.push(await publish());
    await allCame(clients, streams * i);
    await delay(50);
  }
  const figures = await clients.ask({ report: { publishedAt } });
  if (figures.deliveries === streams * events && figures.events === events) return figures;
  throw new Error(
    `${figures.deliveries} deliveries of ${figures.events} events to ${streams} streams: some were lost or came twice`,
  );
}

async function allCame(clients, count) {
  for (const limit = performance.now() + DELIVERY_LIMIT_MS; ; await delay(20)) {
    const { came } = await clients.ask({ count: true });
    if (came >= count) return;
    if (performance.now() > limit) throw new Error(`only ${came} of ${count} deliveries came`);
  }
}

async function startClients() {
  const child = fork(join(import.meta.dirname, '../support/stream-clients.mjs'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onCleanUp(() => child.kill('SIGKILL'));
  const died = once(child, 'exit').then(() => {
    throw new Error('the clients ended');
  });
  died.catch(() => undefined); // they end at the clean-up too
  const tell = (order) => void child.send(order);
  const ask = async (order) => {
    const answered = new Promise((resolve) => child.once('message', resolve));
    child.send(order);
    return Promise.race([answered, died]);
  };
  return { tell, ask, end: () => child.kill('SIGKILL') };
}

function target({ url }, kind) {
  return { port: Number(new URL(url).port), kind };
}

function authorization(key) {
  return { Authorization: `Bearer ${key}` };
}
