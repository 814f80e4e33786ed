import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { ask, type ReplicaPair, replicaPair, waitFor } from '@btcforecast/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { AppError } from '../errors/app-error.js';
import { problemOf } from '../errors/problem-of.js';
import { createLogger } from '../logging/create-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { lsnOf, ReplicaLag } from './replica-lag.js';
import { type ReadOptions, ReplicaReads, type Reads } from './replica-reads.js';

const MAX_LAG_MS = 2_500;
const metrics = new Metrics({ service: 'test', region: 'test' });
const logger = createLogger('test', { level: 'silent' });

class Notes {
  constructor(private readonly source: DataSource) {}

  async of(writer: number): Promise<number> {
    const rows = await this.source.query<{ n: number }[]>('SELECT n FROM notes WHERE writer = $1', [writer]);
    if (rows[0]) return rows[0].n;
    throw new AppError('caller', 'forecast.not_found', `nobody has written ${writer}`);
  }
}

let pair: ReplicaPair;
let primary: DataSource;
let reads: ReplicaReads;
let notes: Reads<Notes>;

const count = async (name: string, label: string): Promise<number> => {
  const [metric] = (await metrics.registry.getMetricsAsJSON()).filter((one) => one.name === name);
  const value = metric?.values.find(({ labels }) => Object.values(labels).includes(label));
  return value?.value ?? 0;
};
const readsFrom = (place: string) => count('database_reads_total', place);
const put = (writer: number, n: number) =>
  primary.query('INSERT INTO notes VALUES ($1, $2) ON CONFLICT (writer) DO UPDATE SET n = excluded.n', [
    writer,
    n,
  ]);
/** Reads until that place answers. */
const untilFrom = async (place: string, writer = 1, options: ReadOptions = {}) => {
  const before = await readsFrom(place);
  await waitFor(
    async () => (await notes.read((from) => from.of(writer), options), (await readsFrom(place)) > before),
    {
      deadlineMs: 20_000,
      what: `${place} answers`,
    },
  );
};

beforeAll(async () => {
  pair = await replicaPair();
  primary = await createDataSource({ url: pair.primary.url, applicationName: 'test' }).initialize();
  const replica = createDataSource({ url: pair.standby.url, applicationName: 'test' });
  reads = new ReplicaReads({ primary, replica, maxLagMs: MAX_LAG_MS, metrics, logger });
  notes = reads.of((source) => new Notes(source));
  await put(1, 0);
}, 60_000);
afterAll(async () => {
  await reads?.close();
  await primary?.destroy();
  await pair?.close();
});

// In this order: the last ones kill the servers.
describe('reads from a replica', () => {
  it('go there, and what it does not know yet is asked of the primary', async () => {
    await untilFrom('replica');
    await ask(pair.standby.url, 'SELECT pg_wal_replay_pause()');
    await put(2, 7);
    const lacking = await count('database_read_fallbacks_total', 'lacking');
    expect(await notes.read((from) => from.of(2))).toBe(7);
    expect(await count('database_read_fallbacks_total', 'lacking')).toBe(lacking + 1);
    await expect(notes.read((from) => from.of(3))).rejects.toMatchObject({ code: 'forecast.not_found' });
    await ask(pair.standby.url, 'SELECT pg_wal_replay_resume()');
  });

  it('never show what is older than the bound, nor miss an own write of a reader who wants the newest', async () => {
    const written = new Map<number, { readonly at: number; readonly n: number }[]>();
    const stop = new AbortController();
    const problems: string[] = [];
    const writer = async (id: number) => {
      for (let n = 1; !stop.signal.aborted; n += 1) {
        await put(id, n);
        written.set(id, [...(written.get(id) ?? []), { at: performance.now(), n }]);
        const own = await notes.read((from) => from.of(id), { newest: true });
        if (own !== n) problems.push(`writer ${id} wrote ${n} and read ${own}`);
        const askedAt = performance.now();
        const shown = await notes.read((from) => from.of(id));
        const due = written.get(id)!.findLast(({ at }) => at <= askedAt - MAX_LAG_MS);
        if (due && shown < due.n) problems.push(`${shown} was shown ${askedAt - due.at} ms after ${due.n}`);
      }
    };
    const writers = [11, 12, 13].map(writer);
    await ask(pair.standby.url, 'SELECT pg_wal_replay_pause()');
    const behind = await count('database_read_fallbacks_total', 'behind');
    await waitFor(async () => (await count('database_read_fallbacks_total', 'behind')) > behind + 20, {
      deadlineMs: 30_000,
      what: 'the replica is too far behind',
    });
    await ask(pair.standby.url, 'SELECT pg_wal_replay_resume()');
    const fromReplica = await readsFrom('replica');
    await waitFor(async () => (await readsFrom('replica')) > fromReplica + 20, {
      deadlineMs: 30_000,
      what: 'the replica answers again',
    });
    stop.abort();
    await Promise.all(writers);
    expect(problems).toEqual([]);
  }, 70_000);

  it('of the newest are answered by the standby when the primary takes longer than a second', async () => {
    await untilFrom('replica', 2);
    await notes.read((from) => from.of(2), { newest: true });
    const rows = await ask<{ pid: number }>(
      pair.primary.url,
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'test' AND pid <> pg_backend_pid()`,
    );
    const backends = rows.map(({ pid }) => pid);
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
    try {
      const slow = await count('database_read_fallbacks_total', 'slow');
      expect(await notes.read((from) => from.of(2), { newest: true })).toBe(7);
      expect(await count('database_read_fallbacks_total', 'slow')).toBe(slow + 1);
    } finally {
      for (const pid of backends) process.kill(pid, 'SIGCONT');
    }
    await untilFrom('primary', 2, { newest: true });
  }, 40_000);

  it('are answered by the primary while the standby is gone, without an error, and by the standby again', async () => {
    await untilFrom('replica');
    process.kill(pair.standby.pid, 'SIGKILL');
    await pair.standby.exited;
    for (let i = 0; i < 20; i += 1) expect(await notes.read((from) => from.of(2))).toBe(7);
    expect(await count('database_read_fallbacks_total', 'away')).toBeGreaterThan(0);
    await pair.startStandby();
    await untilFrom('replica', 2);
  }, 40_000);

  it('are answered by the standby, however old, while the primary is gone, and refused with a 503 without both', async () => {
    process.kill(pair.primary.pid, 'SIGKILL');
    await pair.primary.exited;
    expect(await notes.read((from) => from.of(2), { newest: true })).toBe(7);
    await untilFrom('old_replica', 2);
    process.kill(pair.standby.pid, 'SIGKILL');
    await pair.standby.exited;
    const error: unknown = await notes.read((from) => from.of(2)).catch((thrown: unknown) => thrown);
    const { status, body, retryAfterSeconds } = problemOf(error, { instance: '/', traceId: '' });
    expect([status, body.code]).toEqual([503, 'database.unavailable']);
    expect(retryAfterSeconds).toBeGreaterThan(0);
  }, 40_000);
});

describe('the age of what a replica shows', () => {
  it('is never less than it is, whatever is asked when', () => {
    const step = fc.record({ passed: fc.nat(50), wrote: fc.nat(5), replays: fc.nat(8), asks: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const lag = new ReplicaLag();
        const commits: { readonly at: number; readonly lsn: number }[] = [];
        let [now, lsn, replayed] = [0, 1, 1];
        for (const { passed, wrote, replays, asks } of steps) {
          now += passed;
          if (asks) lag.primaryHad(BigInt(lsn), now);
          if (wrote > 0) commits.push({ at: now, lsn: (lsn += wrote) });
          replayed = Math.min(lsn, replayed + replays);
          lag.replicaHas(BigInt(replayed));
          const oldestLacking = commits.find((commit) => commit.lsn > replayed);
          if (oldestLacking) expect(lag.at(now)).toBeGreaterThanOrEqual(now - oldestLacking.at);
        }
      }),
    );
  });

  it('is told from places in the log as PostgreSQL writes them', () => {
    expect(lsnOf('0/3000148')).toBe(0x3000148n);
    expect(lsnOf('1A/0') - lsnOf('19/FFFFFFFF')).toBe(1n);
  });
});
