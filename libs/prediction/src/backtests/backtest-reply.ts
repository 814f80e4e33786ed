import type { BacktestReply, Source } from '@btcforecast/contracts';
import type { BacktestEntity } from '@btcforecast/database';
import { StoredBacktestRequest } from './backtest-request.js';

/** The wire form of a stored backtest. */
export function backtestReply(row: BacktestEntity, source: Source): BacktestReply {
  const { from, to, every, horizons, model, refit } = StoredBacktestRequest.parse(row.request);
  return {
    id: row.id,
    instrument: row.instrument,
    request: {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      every,
      horizons,
      model,
      refit,
    },
    state: row.state,
    progress: row.progress,
    stage: row.stage,
    result: row.result as BacktestReply['result'], // written by complete() only
    error: row.error,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    source,
  };
}
