import { InstantInput, InstrumentId } from '@btcforecast/contracts';
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

/** A whole number of one or more. */
export function positiveIntegerValue(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of one or more.');
}

/** An http or https address. */
export function urlValue(text: string): string {
  if (/^https?:\/\/[^\s/]/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be an address such as http://localhost:3000.');
}
