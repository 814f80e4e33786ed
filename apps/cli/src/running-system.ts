import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { z } from 'zod';
import { loadCliEnv } from './cli.env.js';

/** What the supervisor writes down about the system that it runs. Further fields do no harm. */
const RunFile = z.object({
  pid: z.number().int(),
  adminKeyFile: z.string(),
  source: z.string(),
  feed: z.string(),
  gatewayUrl: z.string(),
  databaseUrl: z.string(),
  internalPorts: z.record(z.string(), z.number()).default({}),
});

export interface RunningSystem extends z.infer<typeof RunFile> {
  readonly dataDir: string;
}

/** The system that runs on this machine (BTCF_DATA_DIR, default .btcforecast), or null when none does. */
export function findRunningSystem(): RunningSystem | null {
  const dataDir = resolve(loadCliEnv().BTCF_DATA_DIR);
  const text = readIfThere(join(dataDir, 'run.json'));
  if (text === null) return null;
  const parsed = RunFile.safeParse(parsedJson(text));
  return parsed.success && isAlive(parsed.data.pid) ? { ...parsed.data, dataDir } : null;
}

/** @throws AppError transient database.unavailable, with one sentence that says how to start it, when none runs */
export function runningSystem(): RunningSystem {
  const system = findRunningSystem();
  if (system) return system;
  const dataDir = resolve(loadCliEnv().BTCF_DATA_DIR);
  const message = `btcforecast is not running on ${dataDir}: start it with npm start (BTCF_DATA_DIR names another folder)`;
  throw new AppError('transient', 'database.unavailable', message);
}

/** DATABASE_URL, or the database of the running system. @throws AppError as {@link runningSystem} */
export function databaseUrl(): string {
  const given = loadCliEnv().DATABASE_URL;
  if (given !== undefined) return given;
  const system = findRunningSystem();
  if (system) return system.databaseUrl;
  const dataDir = resolve(loadCliEnv().BTCF_DATA_DIR);
  const message = `there is no database: start the system with npm start (nothing runs on ${dataDir}), or set DATABASE_URL`;
  throw new AppError('transient', 'database.unavailable', message);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new AppError('caller', 'config.invalid', `${path} cannot be read: ${message}`);
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // half-written by hand: as good as absent
  }
}

/** The file outlives a supervisor that was killed. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
