import { z } from 'zod';
import { nextPage } from './paging.js';
import { HORIZONS, Horizon, INTERVAL_MS, Instant, InstantInput, InstrumentId, Source } from './primitives.js';

const HOUR_MS = INTERVAL_MS['1h'];
/** Two years of hourly origins, or twelve of 6-hourly ones. */
const MAX_ORIGINS = 17_600;

const Refit = z
  .enum(['none', 'weekly', 'monthly'])
  .describe('How often the model is fitted anew on what was known then');

export const BacktestRequest = z
  .object({
    instrument: InstrumentId.default('BTC-USD'),
    from: InstantInput.describe('First origin, inclusive, a full hour UTC'),
    to: InstantInput.describe('Last origin, inclusive, a full hour UTC'),
    every: z
      .string()
      .regex(/^([1-9]|[1-9]\d|1[0-5]\d|16[0-8])h$/, 'must be 1h to 168h')
      .default('6h')
      .describe('Step of the origins, 1h to 168h'),
    horizons: z
      .array(Horizon)
      .min(1)
      .max(HORIZONS.length)
      .refine((list) => new Set(list).size === list.length, 'each horizon once')
      .default([...HORIZONS])
      .describe('How far ahead'),
    model: z
      .string()
      .regex(
        /^[a-z][a-z0-9_-]{0,39}(@[1-9]\d{0,8})?$/,
        'must be champion, a name, or <name>@<version>, e.g. har@1',
      )
      .default('champion')
      .describe('champion, <name> for its newest version, or <name>@<version>'),
    refit: Refit.default('none'),
  })
  .superRefine(({ from, to, every }, context) => {
    const invalid = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (from % HOUR_MS !== 0) invalid('from', 'must be a full hour UTC');
    if (to % HOUR_MS !== 0) invalid('to', 'must be a full hour UTC');
    if (from > to) invalid('to', 'must not be before from');
    if ((to - from) / (Number.parseInt(every, 10) * HOUR_MS) >= MAX_ORIGINS)
      invalid('every', `makes more than ${MAX_ORIGINS} origins; take a longer step or a shorter span`);
  })
  .meta({ id: 'BacktestRequest' });
export type BacktestRequest = z.infer<typeof BacktestRequest>;

export const BACKTEST_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

const estimate = (unit: string) => ({
  mean: z.number().describe(`Mean over the forecasts, ${unit}`),
  standardError: z
    .number()
    .nullable()
    .describe(`Standard error by block bootstrap, ${unit}; null: too few blocks`),
  low: z.number().nullable().describe(`Lower end of the 95 % interval, ${unit}; null: too few blocks`),
  high: z.number().nullable().describe(`Upper end of the 95 % interval, ${unit}; null: too few blocks`),
});

export const BacktestScore = z
  .object({
    horizon: Horizon,
    n: z.number().int().nonnegative().describe('Forecasts with an outcome, count'),
    pinball: z
      .number()
      .nullable()
      .describe('Mean pinball loss of the log return, times 10,000; null while n is 0'),
    crps: z.number().nullable().describe('Mean CRPS of the log return, times 10,000; null while n is 0'),
    coverage: z
      .array(
        z.object({
          share: z.number().describe('Which central interval, 0 to 1'),
          ...estimate('share of outcomes inside, 0 to 1'),
        }),
      )
      .describe('Of the 50, 80 and 90 % intervals'),
    maeRatio: z
      .number()
      .nullable()
      .describe('Mean absolute error of the median over that of the last price, dimensionless'),
    differences: z
      .array(
        z.object({
          baseline: z.string().describe('Name of the baseline'),
          n: z.number().int().describe('Forecasts compared, count'),
          pinball: z.number().describe("The baseline's mean pinball loss over them, times 10,000"),
          ...estimate('times 10,000; negative: the model is better'),
        }),
      )
      .describe('Model minus baseline, with a 95 % block-bootstrap interval'),
  })
  .meta({ id: 'BacktestScore' });
export type BacktestScore = z.infer<typeof BacktestScore>;

export const BacktestResult = z
  .object({
    model: z.string().describe('The version that answered'),
    origins: z.number().int().describe('Origins with a candle, count'),
    missing: z.number().int().describe('Origins without a candle: nothing is forecast from there, count'),
    withoutHistory: z.number().int().describe('Origins with too little history before them, count'),
    inSample: z.number().int().describe('Origins inside the training span: they prove nothing, count'),
    dataSha256: z.string().describe('SHA-256 of the candles that were used, hexadecimal'),
    scores: z.array(BacktestScore).describe('By horizon, in the order asked'),
  })
  .meta({ id: 'BacktestResult' });
export type BacktestResult = z.infer<typeof BacktestResult>;

export const BacktestReply = z
  .object({
    id: z.uuid().describe('Id of the backtest'),
    instrument: InstrumentId,
    request: z
      .object({
        from: Instant.describe('First origin, inclusive, UTC'),
        to: Instant.describe('Last origin, inclusive, UTC'),
        every: z.string().describe('Step of the origins'),
        horizons: z.array(Horizon).describe('How far ahead'),
        model: z.string().describe('As it was asked for'),
        refit: Refit,
      })
      .describe('What was asked'),
    state: z.enum(BACKTEST_STATES).describe('done, failed and cancelled are final'),
    progress: z.number().min(0).max(1).describe('Share of the work that is done, 0 to 1'),
    stage: z.string().describe('What is going on'),
    result: BacktestResult.nullable().describe('null unless it is done'),
    error: z
      .object({
        code: z.string().describe('Machine-readable code, as of a problem'),
        detail: z.string().describe('What was wrong and what to do'),
      })
      .nullable()
      .describe('null unless it failed'),
    createdAt: Instant.describe('When it was asked for, UTC'),
    startedAt: Instant.nullable().describe('When a worker took it up, UTC'),
    finishedAt: Instant.nullable().describe('When it came to its end, UTC'),
    source: Source,
  })
  .meta({ id: 'Backtest' });
export type BacktestReply = z.infer<typeof BacktestReply>;

export const BacktestsReply = z
  .object({ data: z.array(BacktestReply).describe('Newest first'), ...nextPage, source: Source })
  .meta({ id: 'BacktestsReply' });
export type BacktestsReply = z.infer<typeof BacktestsReply>;
