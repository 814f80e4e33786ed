import { z } from 'zod';
import type { Probe } from '../driver.js';

/** Runs in the container of an instance: asks the port for operators how it is. Works with any release. */
const SCRIPT = `
const base = 'http://127.0.0.1:' + (process.env.INTERNAL_PORT ?? '9464');
const get = async (path) => {
  const reply = await fetch(base + path, { signal: AbortSignal.timeout(5000) });
  return { status: reply.status, text: await reply.text() };
};
try {
  const ready = await get('/health/ready');
  const metrics = await get('/metrics');
  const counts = metrics.text.split('\\n').filter((line) => /^(http|rpc_server)_requests_total\\{/.test(line));
  console.log(JSON.stringify({ ...ready, counts }));
} catch (error) {
  console.log(JSON.stringify({ status: 0, text: String(error.cause ?? error), counts: [] }));
}`;

/** The command to run in the container; {@link probeOf} reads what it prints. */
export const ASK_INSTANCE: readonly string[] = ['node', '--input-type=module', '--eval', SCRIPT];

const Answer = z.object({ status: z.number(), text: z.string(), counts: z.array(z.string()) });
const Report = z.object({ checks: z.record(z.string(), z.string()), draining: z.boolean() });
const FAILED = /status="5\d\d"|outcome="(bug|transient)"/;

/** @param restarts how often its container was started again */
export function probeOf(printed: string, restarts: number): Probe {
  const { status, text, counts } = Answer.parse(JSON.parse(printed));
  const ready = status === 200;
  return {
    ready,
    detail: ready ? '' : reasonOf(status, text),
    restarts,
    requests: total(counts),
    errors: total(counts.filter((line) => FAILED.test(line))),
  };
}

/** Of an instance that cannot be asked. */
export function notReady(detail: string, restarts = 0): Probe {
  return { ready: false, detail, restarts, requests: 0, errors: 0 };
}

function reasonOf(status: number, text: string): string {
  if (status === 0) return `its port for operators does not answer: ${text}`;
  const report = Report.safeParse(jsonOf(text));
  if (!report.success) return `/health/ready answered ${status}`;
  if (report.data.draining) return 'it is shutting down';
  const failing = Object.entries(report.data.checks).filter(([, outcome]) => outcome !== 'ok');
  return failing.map(([name, outcome]) => `${name}: ${outcome}`).join('; ') || 'it is starting';
}

function total(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
