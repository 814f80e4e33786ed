import { queryArrays, type CandleSeries } from '@btcforecast/candle-reader';
import { INTERVAL_MS } from '@btcforecast/contracts';
import { validateCandle, type Candle } from '@btcforecast/timeseries';
import { DataSource } from 'typeorm';

export type Provenance = 'fetched' | 'streamed' | 'derived' | 'imported';

export interface CandleBatch extends CandleSeries {
  readonly provenance: Provenance;
  /** In the order in which they became known: of two values for one open time the first is kept. */
  readonly candles: readonly Candle[];
  /** Event time at which they are known, ms; a candle that closes later is refused. */
  readonly nowMs: number;
}

export interface RejectedCandle {
  readonly openTime: number;
  /** As a sentence part. */
  readonly reason: string;
}

export interface WriteOutcome {
  /** Open times of the candles that were not there before, ascending. */
  readonly stored: readonly number[];
  /** Candles that differ from the value that was stored first. */
  readonly corrections: number;
  readonly rejected: readonly RejectedCandle[];
}

const SERIES = '$1, $2, $3';
const INPUT = `unnest($4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::float8[])
  AS input (open_ms, open, high, low, close, volume)`;

/**
 * A statement that waits for another one which stores the same candle began before that one: the time of its start
 * would say that its later candles were known before the earlier ones.
 */
const INSERT = `
  INSERT INTO candles
    (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance, ingested_at)
  SELECT ${SERIES}, to_timestamp(open_ms / 1000), open, high, low, close, volume, $10, clock_timestamp()
  FROM ${INPUT}
  ON CONFLICT DO NOTHING RETURNING date_part('epoch', open_time) * 1000`;

/**
 * Sums of the same volumes in another order differ in their last digits: that is no correction. The bounds on
 * open_time are implied by the join; they tell the planner which partitions to leave alone.
 */
const INSERT_CORRECTIONS = `
  INSERT INTO candle_corrections
    (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance, known_at)
  SELECT ${SERIES}, first.open_time, input.open, input.high, input.low, input.close, input.volume, $10,
         to_timestamp($11::float8 / 1000)
  FROM ${INPUT}
  JOIN candles AS first ON first.instrument = $1 AND first.venue = $2 AND first."interval" = $3
    AND first.open_time = to_timestamp(input.open_ms / 1000)
    AND first.open_time BETWEEN to_timestamp($12::float8 / 1000) AND to_timestamp($13::float8 / 1000)
  WHERE (input.open, input.high, input.low, input.close) <> (first.open, first.high, first.low, first.close)
     OR abs(input.volume - first.volume) > 1e-9 * greatest(first.volume, 1)
  ORDER BY input.open_ms
  ON CONFLICT DO NOTHING RETURNING 1`;

/** The only writer of candles, but for the import of files, which obeys the same rules. */
export class CandleWriter {
  readonly #months = new Set<string>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores what is sound and new; the first final value of a candle stays, a later one that differs is kept beside
   * it with the time at which it became known. Writing the same again, in any order, changes nothing.
   */
  async write(batch: CandleBatch): Promise<WriteOutcome> {
    const { sound, rejected } = sorted(batch);
    if (sound.length === 0) return { stored: [], corrections: 0, rejected };
    const openTimes = sound.map(({ openTime }) => openTime);
    const bounds = [openTimes[0]!, openTimes.at(-1)!] as const; // sorted, and not empty
    await this.#ensurePartitions(...bounds);
    const columns = columnsOf(batch, sound);
    const inserted = await queryArrays<[number]>(this.dataSource, INSERT, [...columns, batch.provenance]);
    const stored = inserted.map(([openTime]) => openTime).sort((a, b) => a - b);
    // A statement of its own, later: it sees what others have committed while the first one waited for them.
    const corrections =
      stored.length === sound.length
        ? []
        : await queryArrays(this.dataSource, INSERT_CORRECTIONS, [
            ...columns,
            batch.provenance,
            batch.nowMs,
            ...bounds,
          ]);
    return { stored, corrections: corrections.length, rejected };
  }

  async #ensurePartitions(fromMs: number, toMs: number): Promise<void> {
    const months = `${monthOf(fromMs)} ${monthOf(toMs)}`;
    if (this.#months.has(months)) return;
    await queryArrays(this.dataSource, 'SELECT ensure_candle_partitions($1, $2)', [
      new Date(fromMs),
      new Date(toMs),
    ]);
    this.#months.add(months);
  }
}

/**
 * The sound candles by open time, of one open time in the order given. All writers lock rows in that same order:
 * two that wrote overlapping batches each in an order of its own would wait for each other for ever.
 */
function sorted({ interval, candles, nowMs }: CandleBatch): { sound: Candle[]; rejected: RejectedCandle[] } {
  const sound: Candle[] = [];
  const rejected: RejectedCandle[] = [];
  for (const candle of candles) {
    const reason = validateCandle(candle, { intervalMs: INTERVAL_MS[interval], nowMs });
    if (reason === null) sound.push(candle);
    else rejected.push({ openTime: candle.openTime, reason });
  }
  sound.sort((a, b) => a.openTime - b.openTime);
  return { sound, rejected };
}

function columnsOf({ instrument, venue, interval }: CandleSeries, candles: readonly Candle[]): unknown[] {
  const column = (field: keyof Candle) => candles.map((candle) => candle[field]);
  return [
    instrument,
    venue,
    interval,
    column('openTime'),
    column('open'),
    column('high'),
    column('low'),
    column('close'),
    column('volume'),
  ];
}

function monthOf(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 7);
}
