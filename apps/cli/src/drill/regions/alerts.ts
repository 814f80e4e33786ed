import { z } from 'zod';
import type { RegionsRig } from './regions-rig.js';

const ASK_MS = 5_000;
const EVERY_MS = 500;
const Labels = z.record(z.string(), z.string());
const AtPrometheus = z.object({
  data: z.object({ alerts: z.array(z.object({ state: z.string(), labels: Labels })) }),
});
const AtAlertmanager = z.array(z.object({ labels: Labels, annotations: Labels }));

/** An alert: its name, and labels that it has to have. */
export interface ExpectedAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An alert as somebody hears of it. */
export interface HeardAlert {
  readonly afterMs: number;
  /** What is wrong, as the alert says it. */
  readonly description: string;
}

/** @returns what the API of the rig's Prometheus answers */
export function askPrometheus(path: string): Promise<unknown> {
  return ask(`http://prometheus:9090/api/v1/${path}`);
}

/** Waits until Prometheus has it firing and Alertmanager has heard of it. */
export async function untilHeard(
  { base }: RegionsRig,
  alert: ExpectedAlert,
  deadlineMs: number,
): Promise<HeardAlert> {
  const start = performance.now();
  const description = await base.waitUntil(
    `${alert.name} fires and Alertmanager has heard of it`,
    async () => ((await isFiring(alert)) ? await heard(alert) : null),
    deadlineMs,
    EVERY_MS,
  );
  return { afterMs: performance.now() - start, description };
}

/** Waits until neither has it. @returns milliseconds */
export async function untilOver(
  { base }: RegionsRig,
  alert: ExpectedAlert,
  deadlineMs: number,
): Promise<number> {
  const start = performance.now();
  await base.waitUntil(
    `${alert.name} is over`,
    async () => !(await isFiring(alert)) && (await heard(alert)) === null,
    deadlineMs,
    EVERY_MS,
  );
  return performance.now() - start;
}

async function isFiring(alert: ExpectedAlert): Promise<boolean> {
  const { data } = AtPrometheus.parse(await askPrometheus('alerts'));
  return data.alerts.some(({ state, labels }) => state === 'firing' && fits(alert, labels));
}

/** How Alertmanager describes it; null: it does not know it. */
async function heard(alert: ExpectedAlert): Promise<string | null> {
  const all = AtAlertmanager.parse(await ask('http://alertmanager:9093/api/v2/alerts'));
  return all.find(({ labels }) => fits(alert, labels))?.annotations['description'] ?? null;
}

function fits({ name, labels: wanted }: ExpectedAlert, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries({ alertname: name, ...wanted }).every(([label, value]) => labels[label] === value);
}

async function ask(url: string): Promise<unknown> {
  return (await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })).json();
}
