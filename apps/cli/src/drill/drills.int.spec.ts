import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, waitFor } from '@btcforecast/testing';
import { plaintextRefused } from './drills/plaintext-refused.js';
import { redisPrimaryKilled } from './drills/redis-primary-killed.js';
import { judge } from './judge.js';
import { withClient } from './ledger.js';
import { processesIn } from './rig/server-processes.js';
import { missingPrograms, type Rig, startRig } from './rig/rig.js';

const missing = missingPrograms();

// The small ones; `btcf drill all` runs them all.
describeWhen(missing.length === 0, `not installed: ${missing.join(', ')}`)('a drill', () => {
  let rig: Rig;

  beforeAll(async () => {
    rig = await startRig(new AbortController().signal);
  }, 180_000);
  afterAll(() => rig?.stop());

  it.each([plaintextRefused, redisPrimaryKilled].map((drill) => [drill.name, drill] as const))(
    'holds: %s',
    async (_, drill) => {
      const findings = await drill.run(rig);
      expect(judge(drill, findings).failures).toEqual([]);
      expect(findings.requests).toBeGreaterThan(0);
    },
    120_000,
  );

  it('finds etcd led from another region than that of the primary, wherever it was led before', async () => {
    const [own] = rig.etcd.places; // PostgreSQL's first node leads, and asks this one
    // It may lead already, and be relieved of it at the same time.
    const leads = async () => (await rig.etcd.leader()) === own || rig.etcd.moveLeader(own!).then(() => true);
    await waitFor(leads, { deadlineMs: 60_000, everyMs: 500, what: 'the one beside the primary leads' });
    await waitFor(async () => (await rig.etcd.leader()) !== own, {
      deadlineMs: 60_000,
      everyMs: 500,
      what: 'another member leads',
    });
  }, 150_000);

  it('finds each Patroni with the etcd of its own region', async () => {
    const { etcd, postgres } = rig;
    const own = etcd.places.map(({ address }) => address);
    const isHome = async () =>
      isDeepStrictEqual(
        postgres.nodes.map((node) => postgres.etcdOf(node)),
        own,
      ) && isDeepStrictEqual(await Promise.all(etcd.places.map((place) => etcd.watchers(place))), [1, 1, 1]);
    await waitFor(isHome, { deadlineMs: 60_000, everyMs: 500, what: 'each asks its own and watches there' });
  }, 90_000);

  it('has another primary although the PostgreSQL of the old one does not stop', async () => {
    const { postgres } = rig;
    const [old, next] = [(await postgres.leader())!, (await postgres.synchronousStandby())!];
    // Whoever stops PostgreSQL waits for all of its processes.
    await withClient(postgres.url(old), async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      process.kill(rows[0]!.pid, 'SIGSTOP');
    });
    const switched = postgres.switchOver(old, next).catch(() => 'the answer took too long');
    expect((await postgres.otherLeader(old, 60_000)).host).toBe(next.host);
    await switched;
  }, 90_000);

  it('leaves no process and no file behind', async () => {
    const { folder } = rig.base.places;
    expect(processesIn(folder).length).toBeGreaterThan(10);
    await rig.stop();
    expect(processesIn(folder)).toEqual([]);
    expect(readdirSync(tmpdir())).not.toContain(folder.split('/').at(-1));
  });

  it('ends its start at once when it is interrupted, and clears what it had started', async () => {
    const before = new Set(readdirSync(tmpdir()));
    const stop = new AbortController();
    const started = startRig(stop.signal);
    setTimeout(() => stop.abort(new Error('interrupted')), 1_500);
    await expect(started).rejects.toThrow(/interrupted|aborted/);
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith('btcf-rig-') && !before.has(name));
    expect(left).toEqual([]);
  });
});
