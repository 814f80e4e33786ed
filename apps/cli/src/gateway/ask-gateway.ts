import { readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
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
/** For all of them. */
const LINES_TIMEOUT_MS = 30 * 60_000;
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

export interface Question {
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

/**
 * One question to the API, answered in JSON.
 *
 * @throws AppError: the problem that the gateway answered, in its own words; transient rpc.unavailable when it
 *   does not answer; bug when the answer is not what the API promises
 */
export async function askGateway<S extends z.ZodType>(
  target: GatewayTarget,
  path: string,
  schema: S,
  question: Question = {},
): Promise<z.output<S>> {
  const response = await request(target, path, question);
  const body: unknown = await response.json().catch(() => undefined);
  const { data, error } = schema.safeParse(body);
  if (data !== undefined) return data;
  const text = `${target.url} answered something that is not of this API, or of another version of it`;
  throw new AppError('transient', 'rpc.invalid_message', text, {}, { cause: error });
}

/** As {@link askGateway}, for an answer that is no JSON. */
export async function askGatewayForBytes(target: GatewayTarget, path: string): Promise<Buffer> {
  const response = await request(target, path, {});
  return Buffer.from(await response.arrayBuffer());
}

/** As {@link askGateway}, for an answer of many lines, which are given as they come in. */
export async function* askGatewayForLines(target: GatewayTarget, path: string): AsyncGenerator<string> {
  const { body } = await request(target, path, { timeoutMs: LINES_TIMEOUT_MS });
  if (body === null) return;
  yield* createInterface({ input: Readable.fromWeb(body as ReadableStream), crlfDelay: Infinity });
}

/** A good answer, its body not yet read. */
async function request(
  { url, key }: GatewayTarget,
  path: string,
  { method = 'GET', body, timeoutMs = TIMEOUT_MS }: Question,
): Promise<Response> {
  const response = await send(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
  });
  if (response.ok) return response;
  throw await refusalOf(response, url);
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw unreachable(url, error);
  }
}

/** What to say when there is no answer. */
export function unreachable({ origin }: URL, error: unknown): AppError {
  const cause = (error as { cause?: NodeJS.ErrnoException }).cause;
  const reason = cause?.code ?? (error as Error).name;
  const text = `the gateway at ${origin} does not answer (${reason}): is it running? btcf doctor says more`;
  return new AppError('transient', 'rpc.unavailable', text, {}, { cause: error });
}

/** What an answer that is none of the good ones says, in its own words. */
export async function refusalOf(response: Response, url: string): Promise<AppError> {
  const problem = Problem.safeParse(await response.json().catch(() => undefined));
  if (!problem.success) {
    const text = `${url} answered ${response.status} and no problem of this API: is this the gateway's address?`;
    return new AppError('transient', 'rpc.invalid_message', text);
  }
  const { status, code, detail, traceId } = problem.data;
  if (status === 500)
    return new AppError('transient', code, `the gateway failed: ${detail} (traceId ${traceId})`);
  return new AppError(status > 500 ? 'transient' : 'caller', code, detail);
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
