import { horizonOfHours, type Interval, type Source } from '@btcforecast/contracts';
import { type EventSource, recordedSource } from './event-source.js';

interface GapRow {
  id: string;
  instrument: string;
  venue: string;
  interval: Interval;
  fromTime: Date;
  toTime: Date;
  state: 'open' | 'repaired' | 'unrepairable';
  openedAt: Date;
  closedAt: Date | null;
}

const GAP = `g.id, g.instrument, g.venue, g."interval", g.from_time AS "fromTime", g.to_time AS "toTime", g.state,
  g.opened_at AS "openedAt", g.closed_at AS "closedAt"`;
/** Candles of a simulated market carry the feed as their venue; every other venue is an exchange. */
const OF_FEED = `CASE WHEN $4 = 'live' THEN g.venue <> 'demo' AND g.venue NOT LIKE 'replay-%' ELSE g.venue = $4 END`;

/** A gap that was opened is told as it was then, even when it has been closed meanwhile. */
export function openedGaps(feed: string, source: Source): EventSource {
  return recordedSource<GapRow>({
    type: 'gap.opened',
    feed,
    columns: GAP,
    from: `FROM candle_gaps g WHERE ${OF_FEED}`,
    at: 'g.opened_at',
    key: 'g.id',
    keyType: 'bigint',
    eventKey: ({ id }) => id,
    event: (row) => ({
      occurredAt: row.openedAt.toISOString(),
      instrument: row.instrument,
      data: { ...gapData(row, source), state: 'open' },
    }),
  });
}

/** One that was given up and filled later is closed twice, in two ways. */
export function closedGaps(feed: string, source: Source): EventSource {
  return recordedSource<GapRow>({
    type: 'gap.closed',
    feed,
    columns: GAP,
    from: `FROM candle_gaps g WHERE ${OF_FEED} AND g.closed_at IS NOT NULL`,
    at: 'g.closed_at',
    key: 'g.id',
    keyType: 'bigint',
    eventKey: ({ id, state }) => `${id} ${state}`,
    event: (row) => ({
      occurredAt: row.closedAt!.toISOString(), // asked for
      instrument: row.instrument,
      data: gapData(row, source),
    }),
  });
}

function gapData({ id, instrument, venue, interval, fromTime, toTime, state }: GapRow, source: Source) {
  const range = { from: fromTime.toISOString(), to: toTime.toISOString() };
  return { id, instrument, venue, interval, ...range, state, source };
}

interface DriftRow {
  id: string;
  instrument: string;
  model: string;
  test: string;
  horizonHours: number | null;
  feature: string | null;
  statistic: number;
  threshold: number;
  n: number;
  origin: Date;
}

export function raisedDrift(feed: string): EventSource {
  return recordedSource<DriftRow>({
    type: 'drift.raised',
    feed,
    columns: `d.id, d.instrument, d.model_name || '@' || d.model_version AS model, d.test,
      d.horizon_hours AS "horizonHours", d.feature, d.statistic, d.threshold, d.n, d.raised_origin AS origin`,
    from: 'FROM drift_signals d WHERE d.feed = $4',
    at: 'd.recorded_at',
    key: 'd.id',
    keyType: 'bigint',
    eventKey: ({ id }) => id,
    event: ({ horizonHours, origin, ...row }) => {
      const horizon = horizonHours === null ? null : horizonOfHours(horizonHours);
      const occurredAt = origin.toISOString();
      const data = { ...row, horizon, origin: occurredAt };
      return { occurredAt, instrument: row.instrument, horizon, data };
    },
  });
}

interface MoveRow {
  id: string;
  instrument: string;
  alias: string;
  from: string | null;
  to: string | null;
  effectiveOrigin: Date;
  reason: string;
  movedAt: Date;
}

export function movedAliases(feed: string): EventSource {
  return recordedSource<MoveRow>({
    type: 'model.promoted',
    feed,
    columns: `m.id, m.instrument, m.alias, m.from_name || '@' || m.from_version AS "from",
      m.to_name || '@' || m.to_version AS "to", m.effective_origin AS "effectiveOrigin", m.reason, m.moved_at AS "movedAt"`,
    from: 'FROM model_alias_moves m WHERE m.feed = $4',
    at: 'm.recorded_at',
    key: 'm.id',
    keyType: 'bigint',
    eventKey: ({ id }) => id,
    event: ({ effectiveOrigin, movedAt, ...row }) => ({
      occurredAt: movedAt.toISOString(),
      instrument: row.instrument,
      data: { ...row, effectiveOrigin: effectiveOrigin.toISOString() },
    }),
  });
}

interface BacktestRow {
  id: string;
  tenant: string;
  instrument: string;
  state: string;
  finishedAt: Date;
}

/** Told to the tenant that asked for it; nobody else's business. */
export function finishedBacktests(feed: string): EventSource {
  return recordedSource<BacktestRow>({
    type: 'backtest.finished',
    feed,
    columns: 'b.id, b.tenant, b.instrument, b.state, b.finished_at AS "finishedAt"',
    from: 'FROM backtests b WHERE b.feed = $4 AND b.finished_at IS NOT NULL',
    at: 'b.finished_at',
    key: 'b.id',
    keyType: 'uuid',
    eventKey: ({ id }) => id,
    event: ({ tenant, finishedAt, ...row }) => ({
      occurredAt: finishedAt.toISOString(),
      tenant,
      instrument: row.instrument,
      data: { ...row, finishedAt: finishedAt.toISOString() },
    }),
  });
}
