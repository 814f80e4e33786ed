import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { askPrometheus } from './alerts.js';
import type { RegionsRig } from './regions-rig.js';

/** Rules look so many times less far back, and wait so many times shorter. */
export const SHORTER = 10;
/** Scraped and evaluated so many times as often; less than {@link SHORTER}, for that costs processor time. */
const OFTENER = 3;
/** Of a window: four scrapes, without which a rate means nothing. */
const LEAST_WINDOW_S = 20;
const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const FILES = ['prometheus.yml', 'alert_rules.yml', 'recording_rules.yml'];
const RELOADED_MS = 30_000;
const Rules = z.object({
  data: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ name: z.string(), duration: z.number().optional() })) }),
    ),
  }),
});

/** Nothing but time changes: windows and `for` of the rules, intervals of Prometheus. Thresholds stay. */
export function onShortTimeBase(text: string): string {
  const shorter = (amount: string, unit: string, by: number, least: number): string =>
    `${Math.max(least, Math.round((Number(amount) * SECONDS[unit as keyof typeof SECONDS]) / by))}s`;
  return text
    .replace(
      /\[(\d+)([smhdw])\]/g,
      (_, n: string, unit: string) => `[${shorter(n, unit, SHORTER, LEAST_WINDOW_S)}]`,
    )
    .replace(
      /^(\s+for: )(\d+)([smhdw])$/gm,
      (_, key: string, n: string, unit: string) => key + shorter(n, unit, SHORTER, 1),
    )
    .replace(
      /^(\s+(?:scrape_interval|scrape_timeout|evaluation_interval|interval): |.* offset )(\d+)([smhdw])/gm,
      (_, key: string, n: string, unit: string) => key + shorter(n, unit, OFTENER, 1),
    );
}

/**
 * Has the Prometheus of the rig work on the shipped rules with a shorter time base, until the work has ended. Each
 * reload is waited for.
 */
export async function withShortTimeBase<T>(rig: RegionsRig, work: () => Promise<T>): Promise<T> {
  const folder = join(rig.base.settings.folder, 'monitoring');
  const shipped = FILES.map(
    (file) => [join(folder, file), readFileSync(join(folder, file), 'utf8')] as const,
  );
  const before = await longestWaitS();
  try {
    for (const [path, text] of shipped) writeFileSync(path, onShortTimeBase(text));
    await reload(rig, before / SHORTER);
    return await work();
  } finally {
    for (const [path, text] of shipped) writeFileSync(path, text);
    await reload(rig, before);
  }
}

async function reload({ base }: RegionsRig, untilLongestS: number): Promise<void> {
  base.container('prometheus').kill('SIGHUP');
  await base.waitUntil(
    'Prometheus has read its rules again',
    async () => (await longestWaitS()) === untilLongestS,
    RELOADED_MS,
  );
}

/** The longest `for` of all alerts, seconds: it tells which rules are in use. */
async function longestWaitS(): Promise<number> {
  const { data } = Rules.parse(await askPrometheus('rules?type=alert'));
  return Math.max(...data.groups.flatMap(({ rules }) => rules.map(({ duration }) => duration ?? 0)));
}
