import { CandleReader, type CandleSeries } from '@btcforecast/candle-reader';
import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { EventBus } from '@btcforecast/platform';
import { resample, type Candle } from '@btcforecast/timeseries';
import { Reporting } from '../reporting.js';
import { CandleWriter, type CandleBatch, type WriteOutcome } from './candle-writer.js';

/** Coarser candles that are put together from each interval. What is derived goes on from hours only. */
const DERIVED: Readonly<Record<Interval, readonly Interval[]>> = {
  '1m': ['5m', '15m', '1h'],
  '5m': ['15m', '1h'],
  '15m': ['1h'],
  '1h': ['4h', '1d'],
  '4h': [],
  '1d': [],
};
/** Exchanges count volume in units of 1e-8; a sum of doubles would end in noise. */
const VOLUME_UNITS = 1e8;

export interface IntakeBatch extends CandleBatch {
  /** Feed named in events. */
  readonly feed: string;
}

/** Takes candles in: stores them, derives coarser ones, tells whoever listens, counts. */
export class CandleIntake {
  constructor(
    private readonly writer: CandleWriter,
    private readonly reader: CandleReader,
    private readonly events: EventBus,
    private readonly reporting: Reporting,
  ) {}

  async take(batch: IntakeBatch): Promise<WriteOutcome> {
    const outcome = await this.writer.write(batch);
    this.#count(batch, outcome);
    if (outcome.stored.length === 0) return outcome;
    await this.#announce(batch, outcome.stored);
    if (batch.provenance !== 'derived' || batch.interval === '1h') await this.#derive(batch, outcome.stored);
    return outcome;
  }

  /** One event for the newest: an event is a hint, and whoever gets it reads what is there. */
  async #announce(
    { feed, instrument, venue, interval }: IntakeBatch,
    stored: readonly number[],
  ): Promise<void> {
    const openTime = stored[stored.length - 1]!; // there is at least one
    await this.events.publish('candle.closed', { feed, instrument, venue, interval, openTime });
  }

  async #derive(batch: IntakeBatch, stored: readonly number[]): Promise<void> {
    const targets = DERIVED[batch.interval];
    const widest = targets[targets.length - 1];
    if (!widest) return;
    for (const { from, to } of bucketRuns(stored, INTERVAL_MS[widest])) {
      const parts = await this.reader.range(batch, { from, to });
      for (const target of targets) {
        const touched = new Set(stored.map((openTime) => floorTo(openTime, INTERVAL_MS[target])));
        const candles = resample(parts, batch.interval, target)
          .filter(({ openTime }) => touched.has(openTime))
          .map(withWholeVolume);
        if (candles.length > 0)
          await this.take({ ...batch, interval: target, provenance: 'derived', candles });
      }
    }
  }

  #count(batch: CandleBatch, { stored, corrections, rejected }: WriteOutcome): void {
    const { venue, interval, provenance } = batch;
    const { metrics, logger } = this.reporting;
    metrics.ingested.inc({ venue, interval, provenance }, stored.length);
    if (corrections > 0) {
      metrics.corrections.inc({ venue, interval }, corrections);
      logger.warn({ ...seriesOf(batch), corrections }, 'candles differ from their first value: kept apart');
    }
    if (rejected.length > 0) {
      metrics.rejected.inc({ venue, interval }, rejected.length);
      const [first] = rejected;
      logger.warn(
        { ...seriesOf(batch), rejected: rejected.length, first },
        'candles that cannot be true: refused',
      );
    }
  }
}

function seriesOf({ instrument, venue, interval }: CandleSeries): CandleSeries {
  return { instrument, venue, interval };
}

function withWholeVolume(candle: Candle): Candle {
  return { ...candle, volume: Math.round(candle.volume * VOLUME_UNITS) / VOLUME_UNITS };
}

function floorTo(instantMs: number, stepMs: number): number {
  return Math.floor(instantMs / stepMs) * stepMs;
}

/** Buckets that lie this close together are read in one query. */
const MOST_EMPTY_BUCKETS = 30;

/** The ranges of whole buckets that hold the open times, neighbouring ones joined. Ascending input and output. */
function bucketRuns(openTimes: readonly number[], bucketMs: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const openTime of openTimes) {
    const from = floorTo(openTime, bucketMs);
    const last = runs.at(-1);
    if (last && from - last.to <= MOST_EMPTY_BUCKETS * bucketMs) last.to = from + bucketMs;
    else runs.push({ from, to: from + bucketMs });
  }
  return runs;
}
