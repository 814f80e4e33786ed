import {
  Email,
  ForecastId,
  InstantInput,
  InstrumentId,
  ModelReferenceText,
  Role,
  ROLES,
  StreamCursor,
  TenantId,
} from '@btcforecast/contracts';
import { InvalidArgumentError } from 'commander';

/** Parsers of option values, for commander: a wrong value ends in one sentence and exit code 2. */

/** An ISO 8601 date or date-time with a zone, with or without seconds, as ms since the epoch. */
export function instantValue(text: string): number {
  const parsed = InstantInput.safeParse(text.replace(/^(.*T\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/, '$1:00$2'));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be a date such as 2024-06-13, or a date-time with a zone.');
}

/** An instrument such as BTC-USD. */
export function instrumentValue(text: string): string {
  const parsed = InstrumentId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must look like BTC-USD.');
}

/** Names separated by commas, at least one. */
export function listValue(text: string): string[] {
  const values = text.split(',').map((value) => value.trim());
  if (values.every((value) => value.length > 0)) return values;
  throw new InvalidArgumentError('It must be one name, or several separated by commas.');
}

/** As {@link listValue}, or the word "all". */
export function listOrAllValue(text: string): string[] | 'all' {
  return text === 'all' ? text : listValue(text);
}

/** Instruments with their files, such as ETH-USD=eth.csv.gz,SOL-USD=sol.csv.gz. */
export function poolValue(text: string): { instrument: string; path: string }[] {
  return listValue(text).map((entry) => {
    const [instrument = '', ...path] = entry.split('=');
    if (path.length > 0 && path.join('=').length > 0) {
      return { instrument: instrumentValue(instrument), path: path.join('=') };
    }
    throw new InvalidArgumentError('It must be instruments with their files, e.g. ETH-USD=eth.csv.gz.');
  });
}

/** A whole number of one or more. */
export function positiveIntegerValue(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of one or more.');
}

/** The id of a forecast. */
export function forecastIdValue(text: string): string {
  const parsed = ForecastId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be the id of a forecast, 64 hexadecimal digits.');
}

/** Where an audit log ended: its place and its hash, such as 17:9b1f… */
export function auditHeadValue(text: string): { seq: number; hash: string } {
  const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq && hash) return { seq: Number(seq), hash };
  throw new InvalidArgumentError('It must be a place and a hash as the command printed them, SEQ:HASH.');
}

/** The id of an event of a stream. */
export function cursorValue(text: string): string {
  const parsed = StreamCursor.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be the id of an event, such as 1207-5f0c9a1e.');
}

/** An http or https address. */
export function urlValue(text: string): string {
  if (/^https?:\/\/[^\s/]/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be an address such as http://localhost:3000.');
}

/** A version of a model such as har@1. */
export function modelValue(text: string): string {
  const parsed = ModelReferenceText.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be <name>@<version>, e.g. har@1.');
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** A duration such as 90s, 15m, 12h or 7d, in seconds. */
export function secondsValue(text: string): number {
  const match = /^(\d{1,7})([smhd])$/.exec(text);
  if (match) return Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
  throw new InvalidArgumentError('It must be a duration such as 90s, 15m, 12h or 7d.');
}

/** An e-mail address, in lower case. */
export function emailValue(text: string): string {
  const parsed = Email.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be an e-mail address.');
}

/** Roles separated by commas. */
export function rolesValue(text: string): Role[] {
  const roles = listValue(text).map((name) => Role.safeParse(name).data);
  if (roles.every((role) => role !== undefined)) return roles;
  throw new InvalidArgumentError(`It must be of ${ROLES.join(', ')}.`);
}

/** The id of a tenant. */
export function tenantValue(text: string): string {
  const parsed = TenantId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be lower-case letters, digits and hyphens, at most 39.');
}

/** A tag of images, as registries allow them. */
export function releaseValue(text: string): string {
  if (/^\w[\w.-]{0,127}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It must be a tag such as 1.4.0: letters, digits, dots, dashes, underscores.',
  );
}

/** Milliseconds, one number or several separated by commas. */
export function delaysValue(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => Number.isFinite(value) && value >= 0)) return values;
  throw new InvalidArgumentError('It must be numbers of milliseconds, such as 40,75,110.');
}
