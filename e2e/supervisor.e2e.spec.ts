import { once } from 'node:events';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, waitFor } from '@btcforecast/testing';
import { Client } from 'pg';
import { SupervisedSystem } from './supervisor/supervised-system.js';

const SERVICES = ['market-data', 'prediction', 'worker', 'gateway'];

let system: SupervisedSystem;
beforeEach(() => {
  system = new SupervisedSystem();
});
afterEach(() => system.clean());

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

const keysOf = (url: string) => query(url, 'SELECT revoked_at FROM api_keys ORDER BY created_at');

describe('the supervisor', () => {
  it('starts everything, says how to use it, and on SIGTERM stops it in order with nothing left', async () => {
    const { child, exited, said } = await system.startReady();
    expect(said()).toContain('market: demo, a synthetic market');
    expect(said()).toContain(
      `try        curl -H "Authorization: Bearer $(cat '${join(system.dataDir, 'admin.key')}')" "http://localhost:${await system.port}/v1/forecasts/BTC-USD?horizon=24h"`,
    );
    expect(statSync(join(system.dataDir, 'admin.key')).mode & 0o777).toBe(0o600);
    expect(statSync(join(system.dataDir, 'run.json')).mode & 0o777).toBe(0o600);
    const run = system.runFile();
    expect(run).toMatchObject({ pid: child.pid, source: 'demo', feed: 'demo' });
    expect(Object.keys(run.pids).sort()).toEqual([...SERVICES, 'database', 'simulated-exchange'].sort());
    expect(await keysOf(run.databaseUrl)).toEqual([{ revoked_at: null }]);

    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(system.events().slice(-5)).toEqual(
      ['gateway', 'worker', 'prediction', 'market-data', 'simulated-exchange'].map((name) => `stop ${name}`),
    );
    expect(system.leftRunning()).toEqual([]);
    expect(() => system.runFile()).toThrow('ENOENT');
  });

  it('starts a killed service again, on the same port', async () => {
    const { said } = await system.startReady();
    const before = system.runFile().pids;
    for (const name of SERVICES) process.kill(before[name]!, 'SIGKILL');
    const back = () => SERVICES.every((name) => said().includes(`✓ ${name} is back`));
    await waitFor(back, { deadlineMs: 20_000, what: 'all services are back' });
    const after = system.runFile().pids;
    for (const name of SERVICES) expect(after[name]).not.toBe(before[name]);
    const reply = await fetch(`http://127.0.0.1:${await system.port}/`, {
      headers: { authorization: `Bearer ${system.adminKey()}` },
    });
    expect(reply.status).toBe(200);
  });

  it('starts a killed database again, with its data and on the same port', async () => {
    const { said } = await system.startReady();
    const { databaseUrl, pids } = system.runFile();
    await query(databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS value');
    process.kill(pids.database!, 'SIGKILL');
    await waitFor(() => said().includes('✓ database is back'), {
      deadlineMs: 20_000,
      what: 'database is back',
    });
    expect(await query(databaseUrl, 'SELECT value FROM kept')).toEqual([{ value: 42 }]);
  });

  it('leaves the data folder usable when it is killed itself', async () => {
    const first = await system.startReady();
    const key = system.adminKey();
    first.child.kill('SIGKILL');
    await first.exited;
    const orphans = () => system.events().filter((event) => event.startsWith('orphan')).length === 5;
    await waitFor(orphans, { deadlineMs: 10_000, what: 'the services have noticed and ended' });
    const second = await system.startReady();
    expect(second.said()).toContain('btcforecast runs');
    expect(system.adminKey()).toBe(key);
    expect(await keysOf(system.runFile().databaseUrl)).toHaveLength(1);
  });

  it('lets no second supervisor onto the same data folder', async () => {
    const { child } = await system.startReady();
    const second = await system.start(['--source', 'demo', '--port', String(await freePort())]);
    // The last --port wins and is taken: give the second one its own.
    expect(await second.exited).not.toBe(0);
    const other = new SupervisedSystem();
    const third = await other.start(['--source', 'demo'], { BTCF_DATA_DIR: system.dataDir });
    expect(await third.exited).toBe(1);
    expect(third.said()).toContain(`already runs on ${system.dataDir} (process ${child.pid})`);
    await other.clean();
    expect(child.exitCode).toBeNull();
  });

  it('makes a new admin key, and revokes the old one, when the file is gone', async () => {
    const first = await system.startReady();
    const old = system.adminKey();
    first.child.kill('SIGTERM');
    await first.exited;
    rmSync(join(system.dataDir, 'admin.key'));
    await system.startReady();
    expect(system.adminKey()).not.toBe(old);
    const keys = await keysOf(system.runFile().databaseUrl);
    expect(keys.map(({ revoked_at: at }) => at === null)).toEqual([false, true]);
  });

  it('names the service that cannot start, with its last words, and leaves nothing running', async () => {
    const { exited, said } = await system.start(undefined, { TINY_FAILS: 'prediction' });
    expect(await exited).toBe(1);
    expect(said()).toMatch(
      /btcforecast: prediction ended while starting \(exit code 1\): the moon is in the wrong phase/,
    );
    expect(system.leftRunning()).toEqual([]);
  });

  it('stops in the middle of a start', async () => {
    const { child, exited, said } = await system.start();
    await waitFor(() => said().includes('✓ database'), { deadlineMs: 20_000, what: 'the database runs' });
    child.kill('SIGINT');
    expect(await exited).toBe(0);
    expect(system.leftRunning()).toEqual([]);
  });

  it('ends everything at once at the second Ctrl-C', async () => {
    const { child, exited } = await system.startReady(undefined, { TINY_STUBBORN: 'gateway' });
    child.kill('SIGINT');
    await waitFor(() => system.events().includes('stop gateway'), { deadlineMs: 5_000, what: 'stopping' });
    const second = setInterval(() => child.kill('SIGINT'), 200); // counts once a second has passed
    const code = await exited;
    clearInterval(second);
    expect(code).toBe(1);
    await waitFor(() => system.leftRunning().length === 0, { deadlineMs: 5_000, what: 'nothing runs' });
  });

  it('refuses a taken port and a wrong option in one sentence each, with exit code 2', async () => {
    const taken = createServer().listen(await system.port, '127.0.0.1');
    await once(taken, 'listening');
    const one = await system.start();
    expect(await one.exited).toBe(2);
    expect(one.said()).toContain(`port ${await system.port} is taken by another program`);
    taken.close();
    const other = await system.start(['--source', 'replay']);
    expect(await other.exited).toBe(2);
    expect(other.said()).toBe(
      'btcforecast: --source replay needs the candles to replay: add --file CSV[.gz] (see --help)\n',
    );
  });

  it('refuses a file without candles, and a start after its end', async () => {
    const file = join(system.root, 'candles.csv');
    writeFileSync(file, 'timestamp,open,high,low,close,volume\nnothing,of,the,sort\n');
    const one = await system.start(['--source', 'replay', '--file', file]);
    expect(await one.exited).toBe(2);
    expect(one.said()).toMatch(/btcforecast: .*candles\.csv cannot be used/);
    const hours = Array.from({ length: 5 }, (_, hour) => `${Date.UTC(2025, 0, 1, hour)},1,1,1,1,1`);
    writeFileSync(file, hours.join('\n'));
    const other = await system.start(['--source', 'replay', '--file', file, '--from', '2025-01-02']);
    expect(await other.exited).toBe(2);
    expect(other.said()).toContain('lies after the end of');
  });

  it('falls back to the demo market when no exchange answers, and says so', async () => {
    const { said } = await system.startReady([]);
    expect(said()).toContain('market: demo, a synthetic market: no exchange answered');
    expect(system.runFile().source).toBe('demo');
  });
});
