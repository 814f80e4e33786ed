import { resolve } from 'node:path';
import { askTask, runTask, type Task } from '../process/run-task.js';
import { usageError } from '../start.error.js';
import type { SupervisorOptions } from './options.js';

/** Where candles come from in this run. */
export interface Market {
  readonly source: 'live' | 'replay' | 'demo';
  /** For people: which market, and that it is not the real one when it is not. */
  readonly words: string;
  /** What is traded in it; undefined: as configured. */
  readonly instruments?: readonly string[];
  /** What has to happen before there can be a forecast. */
  readonly waitsFor?: string;
  /** Settings of the simulated exchange; undefined when live. */
  readonly simulation?: Readonly<Record<string, string>>;
}

/** How helpers are run: everything of a task but its arguments and time limit. */
export type TaskRunner = Omit<Task, 'args' | 'timeoutMs'>;

interface FileSpan {
  readonly interval: string;
  readonly firstOpenTime: number;
  readonly endMs: number;
  readonly badLines: number;
}

const PROBE_TIMEOUT_MS = 15_000;
const FILE_TIMEOUT_MS = 120_000;

/** Live, or demo when no exchange answers. */
export async function probeMarket(scripts: Scripts, runner: TaskRunner): Promise<Market> {
  const venue = await answeringVenue(scripts, runner);
  if (venue !== undefined) return live(venue);
  const words = 'demo, a synthetic market: no exchange answered';
  return { source: 'demo', words, simulation: { SIM_MODE: 'demo' } };
}

/** Live in any case: an exchange that does not answer yet may do so later. */
export async function liveMarket(scripts: Scripts, runner: TaskRunner): Promise<Market> {
  const venue = await answeringVenue(scripts, runner);
  if (venue !== undefined) return live(venue);
  return {
    source: 'live',
    words: 'live, but no exchange answers: it is tried again all the time (--source demo needs none)',
    waitsFor: 'an exchange that answers',
  };
}

async function answeringVenue(scripts: Scripts, runner: TaskRunner): Promise<string | undefined> {
  const args = [scripts.marketData, '--probe'];
  const { code, stdout } = await runTask({ ...runner, args, timeoutMs: PROBE_TIMEOUT_MS });
  return code === 0 ? stdout.trim().split('\n').at(-1) : undefined;
}

export interface Scripts {
  readonly marketData: string;
  readonly checkCandleFile: string;
}

/**
 * @throws StartError (exit code 2) when a file cannot be replayed, or not from the given instant
 */
export async function checkReplay(
  options: SupervisorOptions,
  typedIn: string,
  scripts: Scripts,
  runner: TaskRunner,
): Promise<Market> {
  const { files = {}, fromMs, speed } = options;
  const paths = Object.entries(files).map(([id, file]) => [id, resolve(typedIn, file)] as const);
  const spans: FileSpan[] = [];
  for (const [, path] of paths) spans.push(await checkedSpan(path, fromMs, scripts, runner));
  const badLines = spans.reduce((sum, span) => sum + span.badLines, 0);
  const bad = badLines > 0 ? `, ${badLines} lines left out` : '';
  const names = Object.values(files).join(', ');
  return {
    source: 'replay',
    words: `replay of ${names} (${spans[0]?.interval} candles${bad}), past prices at ${speed ?? 1}x`,
    instruments: Object.keys(files),
    simulation: {
      SIM_MODE: 'replay',
      SIM_FILES: JSON.stringify(Object.fromEntries(paths)),
      SIM_SPEED: speed?.toString() ?? '',
      SIM_FROM: fromMs === undefined ? '' : iso(fromMs),
    },
  };
}

async function checkedSpan(
  file: string,
  fromMs: number | undefined,
  { checkCandleFile }: Scripts,
  runner: TaskRunner,
): Promise<FileSpan> {
  const args = [checkCandleFile, file];
  const span = await askTask<FileSpan>({ ...runner, args, timeoutMs: FILE_TIMEOUT_MS });
  if (fromMs === undefined || fromMs < span.endMs) return span;
  throw usageError(`--from ${iso(fromMs)} lies after the end of ${file}, ${iso(span.endMs)}`);
}

/** A market that needs no check. */
export function demoMarket(speed?: number): Market {
  const words = `demo, a synthetic market${speed === undefined ? '' : ` at ${speed}x`}`;
  return { source: 'demo', words, simulation: { SIM_MODE: 'demo', SIM_SPEED: speed?.toString() ?? '' } };
}

function live(venue: string): Market {
  return { source: 'live', words: `live, ${venue} answers` };
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
