import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { NewForecast } from '../forecasts/new-forecast.js';

/** The forecasts of one origin that were issued together: they are stored together, or not at all. */
export interface JournaledForecasts {
  /** Wall time of this machine, ms. */
  readonly writtenAt: number;
  readonly forecasts: readonly NewForecast[];
}

const Numbers = z.array(z.number());
const JournaledForecast = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  feed: z.string(),
  source: z.enum(['live', 'replay', 'demo']),
  instrument: z.string(),
  venue: z.string(),
  originAt: z.coerce.date(),
  horizonHours: z.number().int(),
  targetAt: z.coerce.date(),
  modelName: z.string(),
  modelVersion: z.number().int(),
  price: z.number(),
  logReturnQuantiles: Numbers,
  probabilityUp: z.number(),
  volatility: z.number(),
  features: Numbers,
  baselines: z.record(z.string(), Numbers),
  issuedAt: z.coerce.date(),
  timeliness: z.enum(['on_time', 'late', 'backfilled']),
  inSample: z.boolean(),
  role: z.enum(['champion', 'challenger']),
  region: z.string(),
  runtime: z.record(z.string(), z.string()),
});
/** What a line says behind its checksum. Another form gets another number. */
const JournalLine = z.strictObject({
  v: z.literal(1),
  writtenAt: z.number().int(),
  forecasts: z.array(JournaledForecast).min(1),
});

const CHECKSUM_DIGITS = 64;

/** One line, its end included: SHA-256 of the JSON that follows it, a space, that JSON. */
export function journalLine({ writtenAt, forecasts }: JournaledForecasts): string {
  const json = JSON.stringify({ v: 1, writtenAt, forecasts });
  return `${checksum(json)} ${json}\n`;
}

/** @param line without its end; @returns null when it is not what {@link journalLine} wrote */
export function parseJournalLine(line: string): JournaledForecasts | null {
  const json = line.slice(CHECKSUM_DIGITS + 1);
  if (line !== `${checksum(json)} ${json}`) return null;
  const { data } = JournalLine.safeParse(JSON.parse(json));
  return data ? { writtenAt: data.writtenAt, forecasts: data.forecasts } : null;
}

function checksum(json: string): string {
  return createHash('sha256').update(json, 'utf8').digest('hex');
}
