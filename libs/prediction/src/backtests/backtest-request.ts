import { EpochMs, Horizon, InstrumentId, predictionRpc } from '@btcforecast/contracts';
import { z } from 'zod';

/** A backtest as a client asked for it; instants are ms. */
export type AskedBacktest = z.output<typeof predictionRpc.startBacktest.request>['request'];

/** As it is stored: with the version that the words of the client meant when they were said. */
export const StoredBacktestRequest = z.object({
  instrument: InstrumentId,
  from: EpochMs,
  to: EpochMs,
  every: z.string(),
  horizons: z.array(Horizon).min(1),
  model: z.string(),
  refit: z.enum(['none', 'weekly', 'monthly']),
  /** `name@version`. */
  reference: z.string(),
});
export type StoredBacktestRequest = z.infer<typeof StoredBacktestRequest>;

/** Step of the origins, from its text, `6h`. */
export function everyHoursOf({ every }: Pick<AskedBacktest, 'every'>): number {
  return Number.parseInt(every, 10);
}
