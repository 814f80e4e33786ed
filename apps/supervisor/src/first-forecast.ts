import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface FirstForecastOptions {
  readonly url: string;
  readonly adminKeyFile: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Waits until the API answers with a forecast; false when it does not in time (the first candle may be far off). */
export async function waitForFirstForecast(options: FirstForecastOptions): Promise<boolean> {
  const { url, adminKeyFile, deadlineMs, signal } = options;
  const key = (await readFile(adminKeyFile, 'utf8')).trim();
  const end = performance.now() + deadlineMs;
  while (performance.now() < end && !signal.aborted) {
    const reply = await ask(url, key, signal);
    if (reply?.ok) return true;
    await delay(200);
  }
  return false;
}

async function ask(url: string, key: string, signal: AbortSignal): Promise<Response | undefined> {
  try {
    const reply = await fetch(url, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(3_000)]),
    });
    await reply.arrayBuffer();
    return reply;
  } catch {
    return undefined; // not up yet, or told to stop: the loop knows
  }
}
