import { setTimeout as delay } from 'node:timers/promises';
import type { Drill, Findings } from '../drill.js';
import { Ledger, withClient } from '../ledger.js';
import type { Place } from '../rig/places.js';
import type { Rig } from '../rig/rig.js';

const ROWS = 200;
/** pgBackRest notes in whole seconds when a backup ended: the time to restore to has to be a later one. */
const WHOLE_SECONDS_MS = 1_100;
const ROUTED_MS = 60_000;

/** All three copies are lost, and what was written until a given time comes back from the repository. */
export const backupRestore: Drill = {
  name: 'backup-restore',
  breaks: 'all PostgreSQL nodes: killed, their data deleted',
  steps: [
    'write through HAProxy :5000; full backup on the primary meanwhile, restored beside it and compared',
    'note the time, then write rows that are not to come back',
    'kill -9 all nodes, delete their data, and what etcd knows of the cluster',
    'restore to the time noted, start the nodes again and wait until all are whole',
    'compare the rows with those acknowledged before that time',
  ],
  barSeconds: 900,
  run: destroyAndRestore,
};

async function destroyAndRestore(rig: Rig): Promise<Findings> {
  const { postgres, balancer } = rig;
  const url = balancer.url('database_url');
  const ledger = await new Ledger(url, backupRestore.name).start();
  try {
    await postgres.until('rows are written', async () => ledger.acknowledged.size > ROWS);
    const node = (await postgres.leader())!;
    const backupMs = await took(() => postgres.backup(node, 'run', 'full'));
    const proveMs = await took(() => postgres.backup(node, 'drill'));
    await delay(WHOLE_SECONDS_MS);
    await ledger.writes.stop();
    const wanted = new Set(ledger.acknowledged);
    const target = await timeOf(url);
    await writeLater(url);
    // Switches to a new file of the log, and waits until the old one is in the repository.
    await postgres.pgbackrest(node, 'check');
    const { requests, failed } = ledger.writes;
    const recoveryMs = await took(async () => {
      destroy(rig);
      await restore(rig, node, target);
    });
    const stored = await ledger.stored();
    const surplus = [...stored].filter((n) => !wanted.has(n)).length;
    return {
      detectionMs: null,
      recoveryMs,
      requests,
      failed,
      lost: [...wanted].filter((n) => !stored.has(n)).length,
      broken:
        surplus === failed || surplus === 0 ? [] : [`${surplus} rows came back that nobody was told of`],
      remarks: [
        `full backup ${Math.round(backupMs)} ms, restored beside the cluster and compared ${Math.round(proveMs)} ms`,
        `${wanted.size} rows to ${target}`,
      ],
    };
  } finally {
    await Promise.allSettled([ledger.writes.stop()]);
  }
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** By the clock of the primary, after everything that it has acknowledged. */
function timeOf(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ at: string }>(
      `SELECT to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS.USOF') AS at`,
    );
    return rows[0]!.at;
  });
}

/** Rows of the same table, after the time that is restored: they would show. */
async function writeLater(url: string): Promise<void> {
  await withClient(url, (client) =>
    client.query(`INSERT INTO ledger (drill, n) SELECT $1, -n FROM generate_series(1, $2::integer) n`, [
      backupRestore.name,
      ROWS,
    ]),
  );
}

function destroy({ postgres }: Rig): void {
  for (const node of postgres.nodes) postgres.killNode(node);
  for (const node of postgres.nodes) postgres.loseData(node);
}

/**
 * Restores on the node whose repository has the backup: PostgreSQL replays by itself until the time and is stopped, then
 * Patroni takes it over as a new cluster, and the others copy it.
 */
async function restore({ postgres, etcd, balancer }: Rig, node: Place, target: string): Promise<void> {
  await etcd.forget('/btcforecast/btcforecast/');
  await postgres.backup(node, 'restore', '--to', target);
  postgres.startNode(node);
  await postgres.until('the restored node leads', async () => (await postgres.leader()) === node);
  for (const other of postgres.nodes) if (other !== node) postgres.startNode(other);
  await postgres.whole();
  await postgres.until(
    'HAProxy found the primary',
    async () => (await balancer.up('postgres_primary')).includes(node.address),
    ROUTED_MS,
  );
}
