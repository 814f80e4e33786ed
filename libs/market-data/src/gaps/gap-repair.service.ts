import { AppError, Clock } from '@btcforecast/platform';
import { MissingCandlesReader } from '../candles/missing-candles.reader.js';
import { Exchanges } from '../exchange/exchanges.js';
import { assertComplete, type CandleFiller } from '../ingest/candle-filler.js';
import { IngestSettings } from '../ingest/ingest-settings.js';
import type { Gap, GapState } from './gap-ledger.js';
import { GapWatch } from './gap-watch.service.js';

export interface RepairOutcome {
  readonly state: GapState;
  /** Candles that this attempt brought. */
  readonly candles: number;
}

const LONGEST_PAUSE_MS = 3_600_000;

/** One attempt to repair a gap. Can run twice, or beside another one, without harm. */
export class GapRepair {
  constructor(
    private readonly gaps: GapWatch,
    private readonly missing: MissingCandlesReader,
    private readonly filler: CandleFiller,
    private readonly exchanges: Exchanges,
    private readonly clock: Clock,
    private readonly settings: IngestSettings,
  ) {}

  /**
   * Asks the venue for what is missing. A venue that does not answer is asked again later, without end; one that has
   * answered often enough that it has no such candles makes the gap unrepairable.
   *
   * @throws AppError caller request.not_found when there is no such gap
   */
  async repair(gapId: string, signal: AbortSignal): Promise<RepairOutcome> {
    const gap = await this.gaps.ledger.find(gapId);
    if (!gap)
      throw new AppError(
        'caller',
        'request.not_found',
        `there is no gap ${gapId}; list them with btcf data gaps`,
      );
    if (gap.state !== 'open') return { state: gap.state, candles: 0 };
    try {
      const exchange = await this.exchanges.get(gap.venue);
      const request = { ...gap, feed: this.settings.feed };
      const { stored } = await this.filler.fill(exchange, request, signal);
      assertComplete(signal, gap.venue);
      return { state: await this.#judge(gap), candles: stored };
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'transient') throw error;
      await this.gaps.ledger.recordAttempt(gap.id, { error: error.message, nextAttemptAt: this.#next(gap) });
      return { state: 'open', candles: 0 };
    }
  }

  async #judge(gap: Gap): Promise<GapState> {
    const [first, ...others] = await this.missing.ranges(gap, gap);
    if (!first) {
      await this.gaps.settle();
      return 'repaired';
    }
    const { ledger } = this.gaps;
    const nextAttemptAt = this.#next(gap);
    await ledger.narrow(gap.id, first);
    await ledger.open(gap, others, { openedAt: this.clock.now(), nextAttemptAt, attempts: gap.attempts + 1 });
    if (gap.attempts + 1 < this.settings.options.gapAttempts) {
      await ledger.recordAttempt(gap.id, { error: null, nextAttemptAt });
      return 'open';
    }
    await this.gaps.giveUp(gap);
    return 'unrepairable';
  }

  #next(gap: Gap): number {
    const pauseMs = this.settings.options.gapFirstRetryMs * 2 ** (gap.attempts + 1);
    return this.clock.now() + Math.min(LONGEST_PAUSE_MS, pauseMs);
  }
}
