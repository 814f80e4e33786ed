import { hostname } from 'node:os';
import { pino } from 'pino';
import { isAppError } from '../errors/app-error.js';
import { activeSpanIds } from '../tracing/spans.js';
import { packageVersion } from './package-version.js';

/** Of the Elastic Common Schema whose names are used; `monitoring/elasticsearch/ecs-fields.txt` lists them. */
export const ECS_VERSION = '9.4.0';

/** Texts that ECS has a place for, by the name that our code gives them. Everything else becomes a label. */
const TEXTS = new Map([
  ['address', 'client.address'],
  ['tenant', 'organization.id'],
  ['actor', 'user.id'],
  ['requestId', 'http.request.id'],
  ['method', 'http.request.method'],
  ['path', 'url.path'],
  ['code', 'error.code'],
  ['reason', 'event.reason'],
  ['stack', 'error.stack_trace'],
  ['context', 'log.logger'],
]);
/** Numbers likewise, with what they are multiplied by: ECS counts nanoseconds. */
const NUMBERS = new Map([
  ['ms', { name: 'event.duration', factor: 1e6 }],
  ['status', { name: 'http.response.status_code', factor: 1 }],
]);
/** Last part of a name whose value nobody may read, however deep it stands. */
const SECRET =
  /^(authorization|(set-)?cookie|(\w+_)?(password|secret|token)|\w+(Password|Secret|Token)|api_?key|(database|redis)_?url)$/i;
const CENSORED = '[redacted]';
const DEEPEST = 3;

type Fields = Record<string, unknown>;

/** What every line of a process carries. */
export function ecsBase(service: string, region: string): Fields {
  return {
    'ecs.version': ECS_VERSION,
    'service.name': service,
    'service.version': packageVersion(),
    'service.node.name': hostname(),
    'cloud.region': region,
    'process.pid': process.pid,
  };
}

/**
 * The fields of a line under the names of the Elastic Common Schema, dotted, so that those of a child logger and those
 * of a line never stand in two objects of one name. What ECS does not know becomes `labels.<name>`; objects are
 * laid flat, with `_` between names; secrets are censored.
 */
export function ecsFields(fields: Readonly<Fields>): Fields {
  const line: Fields = {};
  for (const [name, value] of Object.entries(fields)) place(line, name, value);
  return line;
}

/** As {@link ecsFields}, with the ids of the active span. */
export function ecsLine(fields: Readonly<Fields>): Fields {
  const { trace_id: trace, span_id: span } = activeSpanIds();
  return trace === undefined
    ? ecsFields(fields)
    : { ...ecsFields(fields), 'trace.id': trace, 'span.id': span };
}

function place(line: Fields, name: string, value: unknown): void {
  if (value === undefined || value === null || typeof value === 'function') return;
  const text = TEXTS.get(name);
  const number = counted(name, value);
  if (name === 'err') placeError(line, value);
  else if (text && typeof value === 'string') line[text] = value;
  else if (number) line[number.name] = number.value;
  else label(line, [name], value);
}

/** A number as ECS counts it; none out of the range of a `long`, for which Elasticsearch refuses the whole line. */
function counted(
  name: string,
  value: unknown,
): { readonly name: string; readonly value: number } | undefined {
  const number = NUMBERS.get(name);
  if (!number || typeof value !== 'number') return undefined;
  const whole = Math.round(value * number.factor);
  return Number.isSafeInteger(whole) ? { name: number.name, value: whole } : undefined;
}

function placeError(line: Fields, error: unknown): void {
  if (!(error instanceof Error)) {
    line['error.message'] = typeof error === 'string' ? error : text(error);
    return;
  }
  const {
    type,
    message,
    stack,
    aggregateErrors = [],
  } = pino.stdSerializers.err(error) as pino.SerializedError & {
    readonly aggregateErrors?: readonly pino.SerializedError[];
  };
  line['error.type'] = type;
  // What a connection failed with at each address of a host has no message of its own.
  line['error.message'] = message || aggregateErrors.map((each) => each.message).join('; ');
  line['error.stack_trace'] = stack;
  const { code } = error as { readonly code?: unknown };
  if (code !== undefined) line['error.code'] = String(code);
  if (isAppError(error)) label(line, ['details'], error.details);
}

/** @param path of names, from the outside */
function label(line: Fields, path: readonly string[], value: unknown): void {
  const key = `labels.${path.join('_')}`;
  if (SECRET.test(path.at(-1) ?? '')) line[key] = CENSORED;
  else if (isRecord(value) && path.length <= DEEPEST) {
    for (const [name, part] of Object.entries(value)) label(line, [...path, name], part);
  } else if (value instanceof Error) line[key] = value.message;
  else if (typeof value === 'object' || typeof value === 'bigint') line[key] = text(value);
  else line[key] = value;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** What has no place of its own, as JSON without secrets; dates as they are written everywhere. */
function text(value: unknown): string {
  try {
    if (value instanceof Date) return value.toISOString();
    return JSON.stringify(value, (name, part: unknown) => {
      if (SECRET.test(name)) return CENSORED;
      return typeof part === 'bigint' ? String(part) : part;
    });
  } catch {
    return String(value); // it contains itself, or is no date: no line may fail for that
  }
}
