/** Times of ingestion. Wall time unless the name says otherwise. */
export interface IngestOptions {
  /** Hourly history that every venue must have before it is used, event time. */
  readonly historyMs: number;
  /** Candles finer than an hour are kept complete this far back, event time. */
  readonly fineHistoryMs: number;
  /** How often the database is compared with the exchange's clock. */
  readonly reconcileMs: number;
  /** A closed candle that has not arrived by then is asked for. */
  readonly requestAfterMs: number;
  /** A closed candle that has not arrived by then is a gap. */
  readonly gapAfterMs: number;
  /** A stream is silent when it says nothing for this many intervals of exchange time … */
  readonly silentIntervals: number;
  /** … but not sooner than this … */
  readonly silentAtLeastMs: number;
  /** … nor later than this. */
  readonly silentAtMostMs: number;
  readonly reconnectFirstMs: number;
  readonly reconnectMaxMs: number;
  /** A venue that has failed for so long gives way to the next. */
  readonly failoverAfterMs: number;
  /** How often a more preferred venue is tried while another one is in use. */
  readonly failBackProbeMs: number;
  /** It must answer for so long before it is used again: forecasts should not hop between venues. */
  readonly failBackAfterMs: number;
  /** How often the last price is compared with that of another venue, live only. */
  readonly crossCheckMs: number;
  /** A larger difference is reported, as a share of the price. */
  readonly crossCheckRatio: number;
  /** After so many answers without candles a gap counts as unrepairable. */
  readonly gapAttempts: number;
  /** Pause before the first attempt to repair a gap; it doubles, up to an hour. */
  readonly gapFirstRetryMs: number;
}

export const DEFAULT_INGEST_OPTIONS: IngestOptions = {
  historyMs: 840 * 86_400_000,
  fineHistoryMs: 48 * 3_600_000,
  reconcileMs: 5_000,
  requestAfterMs: 3_000,
  gapAfterMs: 30_000,
  silentIntervals: 2,
  silentAtLeastMs: 5_000,
  silentAtMostMs: 150_000,
  reconnectFirstMs: 500,
  reconnectMaxMs: 30_000,
  failoverAfterMs: 60_000,
  failBackProbeMs: 60_000,
  failBackAfterMs: 1_800_000,
  crossCheckMs: 60_000,
  crossCheckRatio: 0.02,
  gapAttempts: 8,
  gapFirstRetryMs: 15_000,
};
