import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pinnedNode, root } from '../../scripts/ensure-installed.mjs';
import { onCleanUp } from './clean-up.mjs';
import { HOUR, writeMarketFile } from './market-file.mjs';
import { freePort, scratchFolder } from './scratch.mjs';

export const REPLAY_FROM = Date.UTC(2025, 0, 1);
/** More than the model's window, so that the first origin has all of it. */
const HISTORY_HOURS = 800 * 24;
const FUTURE_HOURS = 400 * 24;
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 40_000;
/** Set by every server itself. */
const OWN_HEADERS = new Set(['date', 'connection', 'keep-alive', 'content-length']);
export const FORECAST_PATH = '/v1/forecasts/BTC-USD?horizon=24h';

/** A data folder and a generated market in it, ready for a replay from 2025 on. */
export function prepareReplay() {
  const folder = scratchFolder();
  const file = writeMarketFile(join(folder, 'market.csv'), {
    from: REPLAY_FROM - HISTORY_HOURS * HOUR,
    count: HISTORY_HOURS + FUTURE_HOURS,
    intervalMs: HOUR,
  });
  return { file, dataDir: join(folder, 'data') };
}

/**
 * The whole system as `npm start` runs it, replaying a prepared market; resolves when the first forecast is served.
 * `startedMs` is the time from the command to that reply.
 */
export async function startSystem({ file, dataDir }, { speed, env = {} }) {
  const port = await freePort();
  const startedAt = performance.now();
  const args = ['--source', 'replay', '--file', file, '--from', '2025-01-01', '--speed', String(speed)];
  const child = spawn(pinnedNode, [join(root, 'scripts', 'start.mjs'), ...args, '--port', String(port)], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', BTCF_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const stop = () => stopSystem(child);
  onCleanUp(stop);
  const url = `http://127.0.0.1:${port}`;
  const keyFile = join(dataDir, 'admin.key');
  while (!(await isServed(url, keyFile))) {
    if (child.exitCode !== null) throw new Error(`the system did not start:\n${output()}`);
    if (performance.now() - startedAt > START_LIMIT_MS) throw new Error(`no forecast in time:\n${output()}`);
    await delay(20);
  }
  const startedMs = performance.now() - startedAt;
  while (!existsSync(join(dataDir, 'run.json'))) await delay(20);
  const key = readFileSync(keyFile, 'utf8').trim();
  const runFile = () => JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8'));
  return { url, key, startedMs, pid: child.pid, runFile, stop, headers: { authorization: `Bearer ${key}` } };
}

/** Headers and body of a reply as another server can send them too. */
export async function replyOf({ url, headers }, path) {
  await (await fetch(`${url}${path}`, { headers })).arrayBuffer();
  const reply = await fetch(`${url}${path}`, { headers }); // the second one comes from memory
  if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
  const kept = [...reply.headers].filter(([name]) => !OWN_HEADERS.has(name));
  return { headers: Object.fromEntries(kept), body: await reply.text() };
}

async function isServed(url, keyFile) {
  if (!existsSync(keyFile)) return false;
  const authorization = `Bearer ${readFileSync(keyFile, 'utf8').trim()}`;
  try {
    const reply = await fetch(`${url}${FORECAST_PATH}`, {
      headers: { authorization },
      signal: AbortSignal.timeout(1_000),
    });
    await reply.arrayBuffer();
    return reply.status === 200;
  } catch {
    return false; // not listening yet
  }
}

/** As Ctrl-C does; its children are in groups of their own and are ended by it. */
async function stopSystem(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGINT');
  const late = delay(STOP_LIMIT_MS, 'late', { ref: false });
  if ((await Promise.race([closed, late])) !== 'late') return;
  child.kill('SIGINT'); // the second one ends everything at once
  await closed;
}

function collect(child) {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  return () => text;
}
