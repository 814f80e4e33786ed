import { readFileSync, statSync } from 'node:fs';
import { Problem } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import type { z } from 'zod';
import { findRunningSystem, runningSystem } from '../running-system.js';

/** Where the API is and by which key it is asked. */
export interface GatewayTarget {
  readonly url: string;
  readonly key: string;
}

export interface TargetOptions {
  /** Default: the gateway of the system that runs on this machine. */
  readonly url?: string | undefined;
  /** Default: the operator's key of that system. */
  readonly keyFile?: string | undefined;
}

const TIMEOUT_MS = 10_000;
const LONGEST_KEY_FILE = 1_000;

/** @throws AppError with one sentence when nothing runs here and no address is given, or the key cannot be read */
export function gatewayTarget({ url, keyFile }: TargetOptions): GatewayTarget {
  if (url !== undefined && keyFile !== undefined) return { url, key: readKey(keyFile) };
  if (url !== undefined && !findRunningSystem()) {
    throw new AppError(
      'caller',
      'config.invalid',
      'with --url for another system give its key too: --key-file FILE',
    );
  }
  const system = runningSystem();
  return { url: url ?? system.gatewayUrl, key: readKey(keyFile ?? system.adminKeyFile) };
}

/**
 * One GET of the API.
 *
 * @throws AppError: the problem that the gateway answered, in its own words; transient rpc.unavailable when it
 *   does not answer; bug when the answer is not what the API promises
 */
export async function askGateway<S extends z.ZodType>(
  { url, key }: GatewayTarget,
  path: string,
  schema: S,
): Promise<z.output<S>> {
  const response = await request(new URL(path, url), key);
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusal(response, body, url);
  const { data, error } = schema.safeParse(body);
  if (data !== undefined) return data;
  const text = `${url} answered something that is not of this API, or of another version of it`;
  throw new AppError('transient', 'rpc.invalid_message', text, {}, { cause: error });
}

async function request(url: URL, key: string): Promise<Response> {
  try {
    const headers = { authorization: `Bearer ${key}` };
    return await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  } catch (error) {
    const cause = (error as { cause?: NodeJS.ErrnoException }).cause;
    const reason = cause?.code ?? (error as Error).name;
    const text = `the gateway at ${url.origin} does not answer (${reason}): is it running? btcf doctor says more`;
    throw new AppError('transient', 'rpc.unavailable', text, {}, { cause: error });
  }
}

function refusal(response: Response, body: unknown, url: string): AppError {
  const problem = Problem.safeParse(body);
  if (!problem.success) {
    const text = `${url} answered ${response.status} and no problem of this API: is this the gateway's address?`;
    return new AppError('transient', 'rpc.invalid_message', text);
  }
  const { status, code, detail, traceId } = problem.data;
  if (status === 500)
    return new AppError('transient', code, `the gateway failed: ${detail} (traceId ${traceId})`);
  return new AppError(status === 503 ? 'transient' : 'caller', code, detail);
}

function readKey(file: string): string {
  try {
    if (statSync(file).size > LONGEST_KEY_FILE) throw new Error('it is too long for one');
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new AppError(
      'caller',
      'config.invalid',
      `no key can be read from ${file}: ${(error as Error).message}`,
    );
  }
}
