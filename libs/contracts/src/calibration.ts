import { z } from 'zod';
import { BaselineName } from './performance.js';
import { Instant } from './primitives.js';

/**
 * What a forecast is worth, in one word, by horizon.
 *
 * cold_start: too few forecasts have matured; degraded: coverage has drifted, data is missing or a test has raised
 * drift; proven_skill: an anytime-valid bound says that it beats the best baseline; no_proven_skill: it does not (yet).
 */
export const GRADES = ['proven_skill', 'no_proven_skill', 'degraded', 'cold_start'] as const;
export const Grade = z.enum(GRADES).meta({
  id: 'Grade',
  description:
    'proven_skill: beats every baseline beyond doubt; no_proven_skill: not shown to; degraded: calibration has ' +
    'drifted; cold_start: too few outcomes to say',
});
export type Grade = z.infer<typeof Grade>;

const share = (level: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe(`Share of outcomes inside the ${level} % interval, 0 to 1; null while n is 0`);

/** Record of a horizon's recent forecasts, as known at `asOf`; travels with each latest forecast. */
export const Standing = z
  .object({
    grade: Grade,
    reason: z.string().describe('Why this grade, with numbers'),
    asOf: Instant.describe('Event time up to which outcomes are counted, UTC'),
    coverage: z
      .object({
        n: z
          .number()
          .int()
          .nonnegative()
          .describe('Matured forecasts counted, the newest 500 at most, count'),
        '50': share('50'),
        '80': share('80'),
        '90': share('90'),
      })
      .describe('Recent empirical coverage'),
    skill: z
      .object({
        n: z.number().int().nonnegative().describe('Matured forecasts compared, count'),
        baseline: BaselineName.nullable().describe('The hardest of the baselines to beat; null while n is 0'),
        difference: z
          .number()
          .nullable()
          .describe('Model minus baseline, mean pinball loss times 10,000; negative: the model is better'),
        low: z
          .number()
          .nullable()
          .describe('Lower end of its 95 % confidence sequence, times 10,000; null: nothing known'),
        high: z
          .number()
          .nullable()
          .describe('Upper end of its 95 % confidence sequence, times 10,000; null: nothing known'),
      })
      .describe('Live skill with an anytime-valid interval: looking at it every hour is allowed'),
  })
  .meta({ id: 'Standing' });
export type Standing = z.infer<typeof Standing>;
