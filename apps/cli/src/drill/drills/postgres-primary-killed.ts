import type { Drill, Findings } from '../drill.js';
import { Ledger, Requests } from '../ledger.js';
import type { Rig } from '../rig/rig.js';

/** Two lost checks of HAProxy and a new connection; see haproxy.cfg. */
const READS_STOP_MS = 5_000;
const DETECTION_MS = 20_000;
const RECOVERY_MS = 60_000;

/** A whole region's database goes without a word: its Patroni and its PostgreSQL. */
export const postgresPrimaryKilled: Drill = {
  name: 'postgres-primary-killed',
  breaks: 'the primary: kill -9 of Patroni and PostgreSQL',
  steps: [
    'write through HAProxy :5000 and read through :5001',
    'kill -9 Patroni and PostgreSQL of the primary',
    'wait until another node leads and writes go on; then start the old one and wait until it follows',
    'compare what was acknowledged with what is there',
  ],
  barSeconds: 30,
  run: killPrimary,
};

async function killPrimary({ postgres, balancer }: Rig): Promise<Findings> {
  const ledger = await new Ledger(balancer.url('database_url'), postgresPrimaryKilled.name).start();
  const reads = new Requests(balancer.replicaUrl, async (pool) => {
    await pool.query('SELECT max(n) FROM ledger');
  }).start();
  try {
    await postgres.until('rows are written and read', async () => ledger.acknowledged.size > 100);
    const old = (await postgres.leader())!;
    for (const { gaps } of [ledger.writes, reads]) gaps.begin();
    postgres.killNode(old);
    const detectionMs = await balancer.untilOut('postgres_primary', old, DETECTION_MS);
    const next = await postgres.otherLeader(old, RECOVERY_MS);
    const before = ledger.acknowledged.size;
    await postgres.until('writes go on', async () => ledger.acknowledged.size > before + 100, RECOVERY_MS);
    const recoveryMs = ledger.writes.gaps.longestMs;
    postgres.startNode(old);
    await postgres.whole();
    await Promise.all([ledger.writes.stop(), reads.stop()]);
    return {
      detectionMs,
      recoveryMs,
      requests: ledger.writes.requests + reads.requests,
      failed: ledger.writes.failed + reads.failed,
      lost: await ledger.lost(),
      broken:
        reads.gaps.longestMs > READS_STOP_MS
          ? [`no read was answered for ${Math.round(reads.gaps.longestMs)} ms`]
          : [],
      remarks: [
        `${old.host} → ${next.host}`,
        `longest pause of reads ${Math.round(reads.gaps.longestMs)} ms`,
      ],
    };
  } finally {
    await Promise.allSettled([ledger.writes.stop(), reads.stop()]);
  }
}
