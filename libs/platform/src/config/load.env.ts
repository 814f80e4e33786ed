import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import { describeEnv } from './describe-env.js';

export type EnvSource = Readonly<Record<string, string | undefined>>;

/** BSD's EX_CONFIG: something was found in an unconfigured or misconfigured state. */
export const EXIT_CONFIG = 78;

/**
 * Configuration of this process, parsed once and frozen.
 *
 * Every problem is reported at once on stderr, one line per variable, and the process ends with exit code 78.
 * An empty variable counts as absent. Each variable NAME may instead come from a file named by NAME_FILE
 * (a mounted secret); one trailing line break of the file is dropped.
 */
export function loadEnv<S extends z.ZodObject>(
  schema: S,
  source: EnvSource = process.env,
): Readonly<z.infer<S>> {
  try {
    return parseEnv(schema, source);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

/**
 * As {@link loadEnv}, but throws.
 *
 * @throws AppError config.invalid whose message lists every problem, one line per variable
 */
export function parseEnv<S extends z.ZodObject>(schema: S, source: EnvSource): Readonly<z.infer<S>> {
  const { values, problems } = rawValues(Object.keys(schema.shape), source);
  const parsed = schema.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    if (!problems.has(name)) problems.set(name, name in values ? issue.message : 'is missing');
  }
  if (problems.size > 0 || !parsed.success) throw configInvalid(schema, problems);
  return deepFreeze(parsed.data);
}

function rawValues(names: readonly string[], source: EnvSource) {
  const problems = new Map<string, string>();
  const values: Record<string, string> = {};
  for (const name of names) {
    try {
      const value = rawValue(name, source);
      if (value !== undefined) values[name] = value;
    } catch (error) {
      problems.set(name, (error as Error).message);
    }
  }
  return { values, problems };
}

function rawValue(name: string, source: EnvSource): string | undefined {
  const direct = source[name] || undefined;
  const file = source[`${name}_FILE`] || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) throw new Error(`is given twice: keep ${name} or ${name}_FILE, not both`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '') || undefined;
  } catch (error) {
    throw new Error(`${name}_FILE names a file that cannot be read: ${(error as Error).message}`);
  }
}

function configInvalid(schema: z.ZodObject, problems: ReadonlyMap<string, string>): AppError {
  const descriptions = new Map(describeEnv(schema).map((entry) => [entry.name, entry.description]));
  const lines = [...problems].map(([name, problem]) => {
    const description = descriptions.get(name);
    return `  ${name}: ${problem}${description ? ` (${description})` : ''}`;
  });
  const count = problems.size === 1 ? '1 variable' : `${problems.size} variables`;
  return new AppError(
    'caller',
    'config.invalid',
    `the configuration is invalid; correct ${count} and start again:\n${lines.join('\n')}`,
    { variables: [...problems.keys()].join(',') },
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
