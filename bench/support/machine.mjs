import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const QUIET = 0.1;

/** What the figures depend on, in general terms. */
export function describeMachine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()} ${arch()}`,
    node: process.version,
    onnxruntime: versionOf('onnxruntime-node'),
  };
}

/**
 * Share of the processors' time that others took during a second in which nothing of ours ran, 0 to 1. Figures that
 * were measured on a busy machine are worse than they should be, latencies most of all; so with `waitSeconds` a
 * quiet moment is waited for, so long at most.
 */
export async function othersBusy(waitSeconds = 0) {
  const limit = performance.now() + waitSeconds * 1_000;
  for (;;) {
    const before = processorTimes();
    await delay(1_000);
    const after = processorTimes();
    const busy = 1 - (after.idle - before.idle) / (after.all - before.all);
    if (busy < QUIET || performance.now() >= limit) return busy;
  }
}

function processorTimes() {
  const times = cpus().map((each) => each.times);
  const idle = times.reduce((sum, each) => sum + each.idle, 0);
  const all = times.reduce((sum, each) => sum + Object.values(each).reduce((a, b) => a + b, 0), 0);
  return { idle, all };
}

function versionOf(name) {
  const require = createRequire(import.meta.resolve('@btcforecast/prediction'));
  return JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
}
