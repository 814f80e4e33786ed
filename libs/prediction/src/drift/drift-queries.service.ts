import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { horizonOfHours, type DriftSignal } from '@btcforecast/contracts';
import { Clock, isAppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DriftDataRepository } from './drift-data.repository.js';
import { DriftEvaluator, type DriftFinding } from './drift-evaluator.service.js';
import type { DriftScope } from './drift-signal.repository.js';

/** The tests take a good part of a second, and change once an hour: answers are kept for this long, wall ms. */
const FRESH_MS = 60_000;
/** JSON has no minus infinity: evidence of nothing at all. */
const NO_EVIDENCE = -99;

interface Known {
  readonly at: number;
  readonly signals: Promise<DriftSignal[]>;
}

/** What the tests of drift say of a model, for its record. */
@Injectable()
export class DriftQueries {
  readonly #known = new Map<string, Known>();

  constructor(
    private readonly evaluator: DriftEvaluator,
    private readonly data: DriftDataRepository,
    private readonly marketClock: MarketClockReader,
    private readonly feeds: MarketFeedReader,
    private readonly clock: Clock,
  ) {}

  /**
   * Every test of the model's canonical forecasts in a feed, made anew; where it answers for several instruments, the
   * most alarming of each. Empty while it has none of the last 90 days. Not older than a minute.
   */
  forModel(feed: string, name: string, version: number): Promise<DriftSignal[]> {
    const key = `${feed} ${name}@${version}`;
    const now = this.clock.now();
    const known = this.#known.get(key);
    if (known && Math.abs(now - known.at) < FRESH_MS) return known.signals;
    const signals = this.#load(feed, name, version);
    this.#known.set(key, { at: now, signals });
    signals.catch(() => this.#known.delete(key)); // the next caller tries again
    return signals;
  }

  async #load(feed: string, name: string, version: number): Promise<DriftSignal[]> {
    const worst = new Map<string, DriftSignal>();
    for (const instrument of await this.data.listInstruments()) {
      const scope = { feed, instrument, name, version };
      const report = await this.evaluator.evaluate(scope, await this.#until(scope));
      for (const signal of report?.findings.map(signalOf) ?? []) {
        const key = `${signal.test} ${signal.horizon} ${signal.feature}`;
        const known = worst.get(key);
        if (!known || marginOf(signal) > marginOf(known)) worst.set(key, signal);
      }
    }
    return [...worst.values()];
  }

  /** Event time; while it is unknown, its last known instant will do for looking back. */
  async #until({ feed, instrument }: DriftScope): Promise<number> {
    try {
      return await this.marketClock.now(feed, instrument);
    } catch (error) {
      if (isAppError(error) && error.code === 'market.clock_unknown') {
        return (await this.feeds.feed(feed, instrument))?.eventAt ?? 0;
      }
      throw error;
    }
  }
}

function signalOf({ evidence, lastSignal, since, ...subject }: DriftFinding): DriftSignal {
  const { test, horizonHours, feature } = subject;
  const { statistic, threshold, n } = evidence;
  const raisedTo = since === null ? NO_EVIDENCE : (lastSignal?.statistic ?? threshold);
  return {
    test,
    horizon: horizonHours === null ? null : horizonOfHours(horizonHours),
    feature,
    state: since === null ? 'quiet' : 'raised',
    statistic: Math.max(NO_EVIDENCE, statistic, raisedTo),
    threshold,
    since: since === null ? null : new Date(since).toISOString(),
    n,
  };
}

function marginOf({ state, statistic, threshold }: DriftSignal): number {
  return state === 'raised' ? Infinity : statistic - threshold;
}
