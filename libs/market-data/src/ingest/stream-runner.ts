import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { isAppError } from '@btcforecast/platform';
import type { Candle } from '@btcforecast/timeseries';
import type { CandleIntake } from '../candles/candle-intake.service.js';
import type { ExchangePort } from '../exchange/exchange-port.js';
import type { Reporting } from '../reporting.js';
import { Backoff, retryAfterMs } from './backoff.js';
import type { EventClock } from './event-clock.js';
import type { IngestSettings } from './ingest-settings.js';
import { sleep } from './sleep.js';

export interface StreamParts {
  readonly exchange: ExchangePort;
  readonly interval: Interval;
  readonly eventClock: EventClock;
  readonly intake: CandleIntake;
  readonly settings: IngestSettings;
  readonly reporting: Reporting;
  /** Called when a new connection has brought its first message: what fell between two connections must be asked for. */
  readonly onConnected: () => void;
  /** Brings what closed before this instant and is not stored yet. */
  readonly completeUntil: (instant: number, signal: AbortSignal) => Promise<void>;
}

const SILENT = 'silent';
/** The exchange may be this much ahead of our picture of its clock. */
const CLOCK_TOLERANCE_MS = 5_000;

/** Keeps a stream of candles open for ever: watches for silence, reconnects with growing pauses. */
export class StreamRunner {
  readonly #backoff: Backoff;
  /** Open time that follows what has been stored; unknown after a reconnect or a failure. */
  #expected: number | undefined;

  constructor(private readonly parts: StreamParts) {
    const { reconnectFirstMs, reconnectMaxMs } = parts.settings.options;
    this.#backoff = new Backoff(reconnectFirstMs, reconnectMaxMs);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { reporting, exchange } = this.parts;
    while (!signal.aborted) {
      const problem = await this.#connection(signal);
      if (signal.aborted) return;
      const reason = problem === SILENT ? 'silent' : 'broken';
      const pauseMs = Math.round(this.#backoff.next(problem === SILENT ? 0 : retryAfterMs(problem)));
      reporting.metrics.reconnects.inc({ venue: exchange.venue, reason });
      const why = problem instanceof Error ? problem.message : undefined;
      reporting.logger.warn(
        { venue: exchange.venue, reason, why, pauseMs },
        'candle stream lost: opened again',
      );
      await sleep(pauseMs, signal);
    }
  }

  /** One connection from its opening to its end; gives why it ended. */
  async #connection(signal: AbortSignal): Promise<unknown> {
    const { exchange, settings, interval, onConnected } = this.parts;
    const hangUp = new AbortController();
    const stream = exchange
      .streamCandles({ instrument: settings.instrument, interval }, AbortSignal.any([signal, hangUp.signal]))
      [Symbol.asyncIterator]();
    try {
      for (let messages = 0; ; messages += 1) {
        const next = await this.#nextOrSilence(stream, signal);
        if (next === SILENT) return SILENT;
        if (next.done) return undefined;
        if (messages === 0) {
          this.#backoff.reset();
          this.#expected = undefined;
          onConnected();
        }
        if (next.value.length > 0) await this.#take(next.value, signal);
      }
    } catch (error) {
      return error;
    } finally {
      hangUp.abort();
      // Without waiting: a generator that still waits for its silent peer ends when that wait does.
      void stream.return?.().catch(() => undefined);
    }
  }

  async #nextOrSilence(
    stream: AsyncIterator<Candle[]>,
    signal: AbortSignal,
  ): Promise<IteratorResult<Candle[]> | typeof SILENT> {
    const done = new AbortController();
    const silence = sleep(this.#silenceLimitMs(), AbortSignal.any([signal, done.signal]));
    try {
      return await Promise.race([stream.next(), silence.then((): typeof SILENT => SILENT)]);
    } finally {
      done.abort();
    }
  }

  #silenceLimitMs(): number {
    const { settings, eventClock, interval } = this.parts;
    const { silentIntervals, silentAtLeastMs, silentAtMostMs } = settings.options;
    if (eventClock.speed === 0) return silentAtMostMs;
    const wanted = (silentIntervals * INTERVAL_MS[interval]) / eventClock.speed;
    return Math.min(silentAtMostMs, Math.max(silentAtLeastMs, wanted));
  }

  /**
   * A candle that leaves a hole behind it waits for what belongs there: a forecast is made as soon as it is stored, and
   * would be made without. What cannot be stored now is not lost: the next comparison with the exchange's clock finds it
   * missing.
   */
  async #take(candles: readonly Candle[], signal: AbortSignal): Promise<void> {
    const { intake, settings, exchange, interval, eventClock, reporting } = this.parts;
    const { feed, instrument } = settings;
    const tolerance = CLOCK_TOLERANCE_MS * Math.max(1, eventClock.speed);
    const now = eventClock.now();
    // A later candle has begun, so these have closed, even if our picture of the exchange's clock is a little behind.
    const newestClose = Math.max(...candles.map(({ openTime }) => openTime)) + INTERVAL_MS[interval];
    const nowMs = newestClose <= now + tolerance ? Math.max(now, newestClose) : now;
    const batch = {
      feed,
      instrument,
      venue: exchange.venue,
      interval,
      provenance: 'streamed',
      candles,
      nowMs,
    } as const;
    if (!(await this.#fillBefore(Math.min(...candles.map(({ openTime }) => openTime)), signal))) {
      this.#expected = undefined;
      return;
    }
    try {
      const { rejected } = await intake.take(batch);
      this.#expected = rejected.length === 0 ? newestClose : undefined;
    } catch (error) {
      this.#expected = undefined;
      reporting.logger.warn({ err: error, candles: candles.length }, 'streamed candles could not be stored');
    }
  }

  /**
   * Whether the candle may be stored. Not while the database cannot say what precedes it: it may be back in the next
   * moment, and the candle would be there before the others. An exchange that answers no questions does not hold it back.
   */
  async #fillBefore(openTime: number, signal: AbortSignal): Promise<boolean> {
    if (this.#expected !== undefined && openTime <= this.#expected) return true;
    try {
      await this.parts.completeUntil(openTime, signal);
      return true;
    } catch (error) {
      const { reporting, exchange } = this.parts;
      reporting.logger.warn(
        { err: error, venue: exchange.venue },
        'what precedes a streamed candle is asked for later',
      );
      return !(isAppError(error) && error.code === 'database.unavailable');
    }
  }
}
