/** What the whole system takes during a replay, by process. */
import { platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { processTree, pssOf } from '../support/process-tree.mjs';
import { say } from '../support/scratch.mjs';
import { FORECAST_PATH, prepareReplay, startSystem } from '../support/system.mjs';

const WHAT = 'memory of everything (PSS)';
const BAR = { of: 'value', max: 800 };
const SAMPLE_MS = 5_000;
const MB = 1e6;

export async function run({ quick, soakMinutes }) {
  if (platform() !== 'linux') return [{ what: WHAT, value: null, bar: BAR, note: 'measured on Linux only.' }];
  const minutes = quick ? Math.min(soakMinutes, 0.5) : soakMinutes;
  const system = await startSystem(prepareReplay(), { speed: 3_600 });
  const samples = [];
  for (const end = performance.now() + minutes * 60_000; performance.now() < end; await delay(SAMPLE_MS)) {
    await (await fetch(`${system.url}${FORECAST_PATH}`, { headers: system.headers })).arrayBuffer();
    samples.push(sample(system));
    if (samples.length % 12 === 0) say(`${Math.round(total(samples.at(-1)))} MB`);
  }
  samples.push(sample(system));
  return rowsOf(samples, minutes);
}

/** Megabytes by process; all processes of PostgreSQL as one. */
function sample({ pid, runFile }) {
  const { pids } = runFile();
  const names = new Map(Object.entries(pids).map(([name, each]) => [each, name]));
  const database = new Set(processTree(pids.database));
  const parts = { supervisor: 0, database: 0 };
  for (const each of processTree(pid)) {
    const bytes = pssOf(each);
    if (bytes === undefined) continue; // it has just ended
    const name = database.has(each) ? 'database' : (names.get(each) ?? 'supervisor');
    parts[name] = (parts[name] ?? 0) + bytes / MB;
  }
  return parts;
}

function total(parts) {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}

function rowsOf(samples, minutes) {
  const last = samples.at(-1);
  const most = Math.round(Math.max(...samples.map(total)));
  const note = `after ${minutes} minutes of replay at 3,600×; the most seen was ${most} MB. The bar is for one hour: --soak 60.`;
  const parts = Object.entries(last).sort(([, a], [, b]) => b - a);
  return [
    { what: WHAT, value: total(last), unit: 'MB', bar: BAR, note },
    ...parts.map(([name, value]) => ({ what: `… of which ${name}`, value, unit: 'MB' })),
  ];
}
