import { z } from 'zod';
import { Horizon, Instant, InstrumentId, Source } from './primitives.js';

export const BASELINES = ['ewma_rw', 'garch_t', 'uncond_1y'] as const;
export const BaselineName = z.enum(BASELINES);
export type BaselineName = z.infer<typeof BaselineName>;

export const WINDOWS = ['7d', '30d', '90d', '365d', 'all'] as const;
export const Window = z
  .enum(WINDOWS)
  .meta({ id: 'Window', description: 'How far back in event time to count' });
export type Window = z.infer<typeof Window>;

export const PerformanceQuery = z.object({
  horizon: Horizon.default('24h').describe('Time from origin to target'),
  window: Window.default('30d').describe('How far back in event time to count'),
});
export type PerformanceQuery = z.infer<typeof PerformanceQuery>;

const n = (what: string) => z.number().int().nonnegative().describe(`${what}, count`);
const score = (what: string) => z.number().nullable().describe(`${what}; null while n is 0`);
/** Fewer blocks say too little about the spread to bound anything. */
const bound = (what: string) =>
  z.number().nullable().describe(`${what}; null while there are fewer than five independent blocks`);

export const BaselineScore = z
  .object({
    n: n('Forecasts compared'),
    pinball: score("The baseline's mean pinball loss of the log return, times 10,000"),
    difference: score('Model minus baseline, mean pinball loss times 10,000; negative: the model is better'),
    low: bound('Lower end of the 95 % block-bootstrap interval of difference, times 10,000'),
    high: bound('Upper end of the 95 % block-bootstrap interval of difference, times 10,000'),
  })
  .meta({ id: 'BaselineScore' });

const share = (level: string) => score(`Share of outcomes inside the ${level} % interval, 0 to 1`);

export const PerformanceReply = z
  .object({
    instrument: InstrumentId,
    horizon: Horizon,
    window: Window,
    source: Source,
    from: Instant.nullable().describe('Oldest origin counted, UTC'),
    to: Instant.nullable().describe('Newest origin counted, UTC'),
    n: n('Matured forecasts counted'),
    pinball: score('Mean pinball loss of the log return over the levels, times 10,000'),
    crps: score('Mean CRPS of the log return from the quantiles, times 10,000'),
    coverage: z
      .object({ '50': share('50'), '80': share('80'), '90': share('90') })
      .describe('Empirical coverage'),
    direction: z
      .object({
        n: n('Forecasts whose outcome moved'),
        hitRate: score('Share of right directions, 0 to 1'),
        low: bound('Lower end of the 95 % block-bootstrap interval, 0 to 1'),
        high: bound('Upper end of the 95 % block-bootstrap interval, 0 to 1'),
      })
      .describe('Direction; expect a hit rate near one half'),
    baselines: z
      .object({ ewma_rw: BaselineScore, garch_t: BaselineScore, uncond_1y: BaselineScore })
      .describe('The same origins answered by the baselines'),
    excluded: z
      .object({
        late: n('Issued after the next candle'),
        backfilled: n('Issued after their target'),
        inSample: n('Origins inside the training span'),
        unproven: n('Entered into the track record after their target'),
        void: n('Target candle missing for 7 days'),
        pending: n('Not yet matured'),
      })
      .describe('Forecasts of the window that are not counted'),
  })
  .meta({ id: 'Performance' });
export type PerformanceReply = z.infer<typeof PerformanceReply>;
