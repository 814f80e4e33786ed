import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

export interface TestRedis {
  readonly url: string;
  /** Ends the server, unless it is the one of REDIS_URL_TEST. */
  close(): Promise<void>;
}

/** The shell that starts the server ends it when its input closes: it cannot outlive a killed test run. */
const LEASH = '"$@" & server=$!; read -r _; kill "$server"; wait "$server"';

/** True where testRedis can work; give it to describeWhen. */
export function hasRedis(): boolean {
  if (process.env.REDIS_URL_TEST) return true;
  return spawnSync('redis-server', ['--version']).status === 0;
}

/**
 * A real, empty Redis: a server of one's own, or the one of REDIS_URL_TEST, flushed.
 *
 * @param at port of a server of one's own in any case, such as one that comes back; default: any that is free
 */
export async function testRedis(at?: number): Promise<TestRedis> {
  const given = process.env.REDIS_URL_TEST;
  if (given && at === undefined) {
    await ask(given, (redis) => redis.flushall());
    return { url: given, close: () => Promise.resolve() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'btcforecast-redis-'));
  const port = at ?? (await freePort());
  const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const shell = spawn('/bin/sh', ['-c', LEASH, 'sh', 'redis-server', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const url = `redis://127.0.0.1:${port}`;
  const close = async () => {
    shell.stdin.end();
    if ((shell.exitCode ?? shell.signalCode) === null) await once(shell, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitFor(() => ask(url, (redis) => redis.ping()), {
      deadlineMs: 10_000,
      what: 'redis-server answers',
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined); // connect reports it
  await redis.connect();
  try {
    return await question(redis);
  } finally {
    await redis.quit(); // disconnect() would leave a timer of 2 s behind
  }
}
