import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDataSource } from '@btcforecast/database';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@btcforecast/database/embedded';

const STREAMING = { max_wal_senders: 5, wal_level: 'replica', hot_standby: 'on' };

export interface ReplicaPair {
  readonly primary: EmbeddedPostgres;
  readonly standby: EmbeddedPostgres;
  /** Anew after it was killed, at the same address. */
  startStandby(): Promise<void>;
  close(): Promise<void>;
}

/** A real primary and a real standby that streams from it, both of their own and empty but for a table `notes`. */
export async function replicaPair(): Promise<ReplicaPair> {
  const root = await mkdtemp(join(tmpdir(), 'btcforecast-pair-'));
  await chmod(root, 0o755); // else the user of PostgreSQL cannot enter, and its data would lie elsewhere
  const start = (name: string, settings: Record<string, string | number>, port?: number) =>
    startEmbeddedPostgres({
      ...(port === undefined ? {} : { port }),
      dataDir: join(root, name),
      durable: false,
      settings: { ...STREAMING, ...settings },
    });
  const made = await start('primary', {});
  await ask(made.url, 'CREATE TABLE notes (writer integer PRIMARY KEY, n integer NOT NULL)');
  await made.stop();
  // With owners and rights, which PostgreSQL insists on.
  await promisify(execFile)('cp', ['-a', join(root, 'primary'), join(root, 'standby')]);
  await signalFile(made.folder.replace('/primary', '/standby'));
  const primary = await start('primary', {});
  const { password, port } = new URL(primary.url);
  const source = `host=127.0.0.1 port=${port} user=postgres password=${decodeURIComponent(password)}`;
  let standby = await start('standby', { primary_conninfo: source });
  return {
    primary,
    get standby() {
      return standby;
    },
    startStandby: async () => {
      standby = await start('standby', { primary_conninfo: source }, standby.port);
    },
    close: async () => {
      await Promise.all([primary.stop(), standby.stop()]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

export async function ask<T>(url: string, statement: string, values: unknown[] = []): Promise<T[]> {
  const source = createDataSource({ url, applicationName: 'test', poolSize: 1 });
  await source.initialize();
  try {
    return await source.query<T[]>(statement, values);
  } finally {
    await source.destroy();
  }
}

async function signalFile(folder: string): Promise<void> {
  const path = join(folder, 'standby.signal');
  const { uid, gid } = await stat(join(folder, 'PG_VERSION'));
  await writeFile(path, '');
  await chown(path, uid, gid);
}
