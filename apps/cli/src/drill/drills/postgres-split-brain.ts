import type { Drill, Findings } from '../drill.js';
import { Ledger, withClient } from '../ledger.js';
import type { Rig } from '../rig/rig.js';
import { WriteProbe } from '../write-probe.js';

const DETECTION_MS = 20_000;
const RECOVERY_MS = 60_000;

/**
 * The worst case of a split: the old primary's Patroni stands still, so that nobody tells its PostgreSQL that the lease
 * has ended, while PostgreSQL itself runs on and can be reached. What prevents two histories then is that nothing is
 * acknowledged without the synchronous standby, which has become the new primary.
 */
export const postgresSplitBrain: Drill = {
  name: 'postgres-split-brain',
  breaks: 'the lease of a primary that lives on: its Patroni stands still',
  steps: [
    'write through HAProxy :5000, and to every node by itself every 200 ms',
    'SIGSTOP the Patroni of the primary: its lease ends, its PostgreSQL runs on',
    'wait until another node leads and writes go on; then SIGCONT the old one and wait until it follows',
    'compare which node took which write, and what was acknowledged with what is there',
  ],
  barSeconds: 30,
  run: splitBrain,
};

async function splitBrain({ postgres, balancer }: Rig): Promise<Findings> {
  const url = balancer.url('database_url');
  const ledger = await new Ledger(url, postgresSplitBrain.name).start();
  await withClient(url, (client) =>
    client.query('CREATE TABLE IF NOT EXISTS probe (at timestamptz DEFAULT now())'),
  );
  const probe = new WriteProbe(postgres.nodes, (node) => postgres.url(node));
  const old = (await postgres.leader())!;
  try {
    await postgres.until('rows are written', async () => ledger.acknowledged.size > 100);
    ledger.writes.gaps.begin();
    postgres.signalPatroni(old, 'SIGSTOP');
    const detectionMs = await balancer.untilOut('postgres_primary', old, DETECTION_MS);
    const next = await postgres.otherLeader(old, RECOVERY_MS);
    const before = ledger.acknowledged.size;
    await postgres.until('writes go on', async () => ledger.acknowledged.size > before + 100, RECOVERY_MS);
    const recoveryMs = ledger.writes.gaps.longestMs;
    postgres.signalPatroni(old, 'SIGCONT');
    await postgres.whole();
    await Promise.all([ledger.writes.stop(), probe.stop()]);
    const overlaps = probe.overlaps();
    return {
      detectionMs,
      recoveryMs,
      requests: ledger.writes.requests,
      failed: ledger.writes.failed,
      lost: await ledger.lost(),
      broken: overlaps.length > 0 ? [`two nodes took writes: ${overlaps.length}, first ${overlaps[0]}`] : [],
      remarks: [
        `${old.host} → ${next.host}`,
        `both said to be primary for ${Math.round(probe.bothPrimaryMs)} ms, one took writes`,
      ],
    };
  } finally {
    postgres.signalPatroni(old, 'SIGCONT');
    await Promise.allSettled([ledger.writes.stop(), probe.stop()]);
  }
}
