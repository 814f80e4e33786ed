import { queryArrays, type CandleSeries } from '@btcforecast/candle-reader';
import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { DataSource } from 'typeorm';
import type { Range } from '../candles/ranges.js';

export type GapState = 'open' | 'repaired' | 'unrepairable';

/** A missing range of candles. Open times, [from, to), ms; the other times are wall time, ms. */
export interface Gap extends CandleSeries, Range {
  readonly id: string;
  readonly state: GapState;
  /** How often the venue has answered that it has no such candles. */
  readonly attempts: number;
  readonly lastError: string | null;
  readonly nextAttemptAt: number;
}

type GapTuple = [string, string, string, Interval, number, number, GapState, number, string | null, number];

const ms = (column: string) => `date_part('epoch', ${column}) * 1000`;
const at = (parameter: string) => `to_timestamp(${parameter}::float8 / 1000)`;
const COLUMNS = `id, instrument, venue, "interval", ${ms('from_time')}, ${ms('to_time')}, state, attempts, last_error,
  ${ms('next_attempt_at')}`;
const STEP = `($1::jsonb ->> gap."interval")::float8`;

/** Closed are those at whose every open time a candle is stored now, whoever brought it. */
const SETTLE = `
  UPDATE candle_gaps AS gap SET state = 'repaired', closed_at = ${at('$3')}, last_error = NULL
  WHERE gap.state <> 'repaired' AND gap.instrument = $2 AND (
    SELECT count(*) FROM candles WHERE candles.instrument = gap.instrument AND candles.venue = gap.venue
      AND candles."interval" = gap."interval" AND open_time >= gap.from_time AND open_time < gap.to_time
  ) * ${STEP} = ${ms('(gap.to_time - gap.from_time)')}
  RETURNING ${COLUMNS}`;

/** What is missing, since when, and what was tried: a gap is never silent. */
export class GapLedger {
  constructor(private readonly dataSource: DataSource) {}

  /** Enters missing ranges; one that is open already stays as it is. Gives the new ones. */
  async open(
    { instrument, venue, interval }: CandleSeries,
    ranges: readonly Range[],
    times: { readonly openedAt: number; readonly nextAttemptAt: number; readonly attempts?: number },
  ): Promise<Gap[]> {
    if (ranges.length === 0) return [];
    return this.#gaps(
      `INSERT INTO candle_gaps
         (instrument, venue, "interval", from_time, to_time, opened_at, next_attempt_at, attempts)
       SELECT $1, $2, $3, ${at('from_ms')}, ${at('to_ms')}, ${at('$6')}, ${at('$7')}, $8
       FROM unnest($4::float8[], $5::float8[]) AS missing (from_ms, to_ms)
       ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
      [
        instrument,
        venue,
        interval,
        ranges.map(({ from }) => from),
        ranges.map(({ to }) => to),
        times.openedAt,
        times.nextAttemptAt,
        times.attempts ?? 0,
      ],
    );
  }

  /** Closes gaps that have been filled, unrepairable ones included, and gives them. */
  settle(instrument: string, wallNowMs: number): Promise<Gap[]> {
    return this.#gaps(SETTLE, [JSON.stringify(INTERVAL_MS), instrument, wallNowMs]);
  }

  async find(id: string): Promise<Gap | null> {
    if (!/^\d{1,18}$/.test(id)) return null;
    const [gap] = await this.#gaps(`SELECT ${COLUMNS} FROM candle_gaps WHERE id = $1`, [id]);
    return gap ?? null;
  }

  /** Gaps that are not repaired and overlap the range, ascending. */
  unrepaired({ instrument, venue, interval }: CandleSeries, { from, to }: Range): Promise<Gap[]> {
    return this.#gaps(
      `SELECT ${COLUMNS} FROM candle_gaps
       WHERE instrument = $1 AND venue = $2 AND "interval" = $3 AND state <> 'repaired'
         AND from_time < ${at('$5')} AND to_time > ${at('$4')} ORDER BY from_time`,
      [instrument, venue, interval, from, to],
    );
  }

  /**
   * Open gaps whose next attempt is due, oldest first. Each is handed out once until `leaseUntil`, even when several
   * processes ask.
   */
  takeDue(instrument: string, wallNowMs: number, leaseUntil: number): Promise<Gap[]> {
    return this.#gaps(
      `UPDATE candle_gaps SET next_attempt_at = ${at('$3')}
       WHERE id IN (SELECT id FROM candle_gaps WHERE state = 'open' AND instrument = $1
                      AND next_attempt_at <= ${at('$2')} ORDER BY next_attempt_at LIMIT 20 FOR UPDATE SKIP LOCKED)
       RETURNING ${COLUMNS}`,
      [instrument, wallNowMs, leaseUntil],
    );
  }

  /** Narrows an open gap to what is still missing of it. */
  async narrow(id: string, { from, to }: Range): Promise<void> {
    await this.#gaps(
      `UPDATE candle_gaps SET from_time = ${at('$2')}, to_time = ${at('$3')} WHERE id = $1 RETURNING ${COLUMNS}`,
      [id, from, to],
    );
  }

  /** Writes down an attempt that brought no candles; `error` when the venue did not even answer. */
  async recordAttempt(
    id: string,
    attempt: { readonly error: string | null; readonly nextAttemptAt: number },
  ): Promise<void> {
    await this.#gaps(
      `UPDATE candle_gaps SET attempts = attempts + CASE WHEN $2::text IS NULL THEN 1 ELSE 0 END, last_error = $2,
         next_attempt_at = ${at('$3')}
       WHERE id = $1 RETURNING ${COLUMNS}`,
      [id, attempt.error, attempt.nextAttemptAt],
    );
  }

  /** The venue has no such candles. */
  async giveUp(id: string, wallNowMs: number): Promise<void> {
    await this.#gaps(
      `UPDATE candle_gaps SET state = 'unrepairable', attempts = attempts + 1, closed_at = ${at('$2')}
       WHERE id = $1 AND state = 'open' RETURNING ${COLUMNS}`,
      [id, wallNowMs],
    );
  }

  async countOpen(instrument: string): Promise<Map<string, number>> {
    const rows = await queryArrays<[string, number]>(
      this.dataSource,
      `SELECT venue, count(*)::int FROM candle_gaps WHERE state = 'open' AND instrument = $1 GROUP BY venue`,
      [instrument],
    );
    return new Map(rows);
  }

  /** Newest gaps first, for people. */
  list(filter: { readonly state?: GapState | undefined; readonly limit: number }): Promise<Gap[]> {
    return this.#gaps(
      `SELECT ${COLUMNS} FROM candle_gaps WHERE $1::text IS NULL OR state = $1 ORDER BY from_time DESC LIMIT $2`,
      [filter.state ?? null, filter.limit],
    );
  }

  async #gaps(text: string, values: readonly unknown[]): Promise<Gap[]> {
    const rows = await queryArrays<GapTuple>(this.dataSource, text, values);
    return rows.map(toGap);
  }
}

function toGap(row: GapTuple): Gap {
  const [id, instrument, venue, interval, from, to, state, attempts, lastError, nextAttemptAt] = row;
  return { id, instrument, venue, interval, from, to, state, attempts, lastError, nextAttemptAt };
}
