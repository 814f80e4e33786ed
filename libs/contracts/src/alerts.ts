import { z } from 'zod';
import { nextPage } from './paging.js';
import { Horizon, Instant, InstantInput, InstrumentId, Interval, Source } from './primitives.js';

const HOUR_MS = 3_600_000;
const MAX_TEST_HOURS = 720;
const WEEK_MINUTES = 10_080;

const price = (what: string) =>
  z.number().positive().max(1e15).describe(`${what}, price in the quote currency`);
const share = (what: string) => z.number().min(0).max(1).describe(`${what}, 0 to 1`);
const windowHours = (what: string) =>
  z.number().int().min(1).max(168).describe(`${what}, an integer of hours`);

const UPWARD: readonly string[] = ['above', 'at_least'];

/** Beyond the level there must be no place where it is over and fires at once. */
function liesBehind(level: number, test: string, clear: number | undefined): boolean {
  if (clear === undefined) return true;
  return UPWARD.includes(test) ? clear <= level : clear >= level;
}
const CLEAR = { message: 'must lie on the quiet side of the level', path: ['clear'] };

const PriceCondition = z
  .strictObject({
    kind: z.literal('price').describe('The close of a candle'),
    instrument: InstrumentId,
    interval: Interval.default('1h').describe('Candles at whose close it is judged'),
    test: z
      .enum(['above', 'below', 'crosses'])
      .describe('crosses: the close lies on the other side than the one before, in either direction'),
    level: price('Level'),
    clear: price('Where it counts as over; default: the level').optional(),
  })
  .refine(({ test, clear }) => test !== 'crosses' || clear === undefined, {
    message: 'is of no use with crosses, which is over with the next candle',
    path: ['clear'],
  })
  .refine(({ level, test, clear }) => test === 'crosses' || liesBehind(level, test, clear), CLEAR);

const PriceChangeCondition = z
  .strictObject({
    kind: z.literal('price_change').describe('How far the close has moved over a window'),
    instrument: InstrumentId,
    windowHours: windowHours('Length of the window'),
    test: z.enum(['rises', 'falls', 'moves']).describe('moves: in either direction'),
    percent: z.number().positive().max(1_000).describe('By at least this, percent, dimensionless'),
    clear: z
      .number()
      .nonnegative()
      .max(1_000)
      .optional()
      .describe('Over when by less than this; default: percent; dimensionless'),
  })
  .refine(({ clear, percent }) => clear === undefined || clear <= percent, CLEAR);

const QuantileCondition = z
  .strictObject({
    kind: z.literal('forecast_quantile').describe('A quantile of the forecast'),
    instrument: InstrumentId,
    horizon: Horizon,
    quantile: z.number().min(0.001).max(0.999).describe('Level of the quantile, 0 to 1, e.g. 0.05'),
    test: z.enum(['above', 'below']).describe('Side of the level on which it fires'),
    level: price('Level'),
    clear: price('Where it counts as over; default: the level').optional(),
  })
  .refine(({ level, test, clear }) => liesBehind(level, test, clear), CLEAR);

const ProbabilityCondition = z
  .strictObject({
    kind: z.literal('event_probability').describe('Probability that the price ends above or below a level'),
    instrument: InstrumentId,
    horizon: Horizon,
    event: z.enum(['above', 'below']).describe('Side of the price on which the close at the target lies'),
    price: price('Of the event'),
    test: z.enum(['at_least', 'at_most']).describe('Side of the probability on which it fires'),
    probability: share('Probability'),
    clear: share('Where it counts as over; default: the probability').optional(),
  })
  .refine(({ probability, test, clear }) => liesBehind(probability, test, clear), CLEAR);

const DriftCondition = z.strictObject({
  kind: z.literal('drift').describe('A test of drift was raised'),
  instrument: InstrumentId,
  windowHours: windowHours('Fires when one was raised within').default(24),
});

const GapCondition = z.strictObject({
  kind: z.literal('gap').describe('Hourly candles are missing'),
  instrument: InstrumentId,
  windowHours: windowHours('Counted over').default(24),
  missing: z.number().int().min(1).max(168).default(1).describe('Fires when so many are missing, count'),
});

const UsageCondition = z
  .strictObject({
    kind: z.literal('usage').describe("Share of the tenant's quota of the day that is used"),
    share: share('Fires from here on'),
    clear: share('Where it counts as over; default: the share').optional(),
  })
  .refine(({ clear, share: level }) => clear === undefined || clear <= level, CLEAR);

const anyCondition = () =>
  z.discriminatedUnion('kind', [
    PriceCondition,
    PriceChangeCondition,
    QuantileCondition,
    ProbabilityCondition,
    DriftCondition,
    GapCondition,
    UsageCondition,
  ]);

export const AlertCondition = anyCondition().meta({
  id: 'AlertCondition',
  description: 'When a rule fires, and when it counts as over',
});
export type AlertCondition = z.infer<typeof AlertCondition>;

/** Under a name of its own: what may be left out of a request is always there in a reply. */
const shownCondition = anyCondition().meta({ id: 'AlertConditionReply', description: 'When the rule fires' });

const name = z.string().trim().min(1).max(100).describe('What it is called in messages');
const enabled = z.boolean().describe('false: it is not judged');
const holdMinutes = z
  .number()
  .int()
  .min(0)
  .max(WEEK_MINUTES)
  .describe(
    'It fires, and is over, only after it has been so for this long, event time, an integer of minutes',
  );
const cooldownMinutes = z
  .number()
  .int()
  .min(0)
  .max(WEEK_MINUTES)
  .describe('After it has fired it does not fire again for this long, event time, an integer of minutes');

export const AlertRequest = z
  .strictObject({
    name,
    condition: AlertCondition,
    holdMinutes: holdMinutes.default(0),
    cooldownMinutes: cooldownMinutes.default(0),
    enabled: enabled.default(true),
  })
  .meta({ id: 'AlertRequest' });
export type AlertRequest = z.infer<typeof AlertRequest>;

export const AlertUpdateRequest = z
  .strictObject({ name, condition: AlertCondition, holdMinutes, cooldownMinutes, enabled })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .meta({ id: 'AlertUpdateRequest' });
export type AlertUpdateRequest = z.infer<typeof AlertUpdateRequest>;

export const AlertId = z.uuid('must be the id of an alert rule');

export const AlertState = z
  .enum(['ok', 'firing'])
  .meta({ id: 'AlertState', description: 'firing: from when it fires until it is over' });
export type AlertState = z.infer<typeof AlertState>;

export const AlertReply = z
  .object({
    id: z.uuid().describe('Id of the rule'),
    name,
    condition: shownCondition,
    holdMinutes,
    cooldownMinutes,
    enabled,
    state: AlertState,
    since: Instant.nullable().describe(
      'Event time of the last change of state, of usage wall time, UTC; null: none yet',
    ),
    value: z
      .number()
      .nullable()
      .describe(
        'What was last compared, in the unit of the condition: currency, percent, 0 to 1 or count; null: nothing yet',
      ),
    judgedUntil: Instant.nullable().describe(
      'Event time up to which it has been judged, of usage wall time, UTC; null: not yet',
    ),
    createdAt: Instant.describe('When it was made, UTC'),
    updatedAt: Instant.describe('When it was last changed, UTC'),
    source: Source,
  })
  .meta({ id: 'Alert' });
export type AlertReply = z.infer<typeof AlertReply>;

export const AlertsReply = z
  .object({ data: z.array(AlertReply).describe('Newest first'), ...nextPage })
  .meta({ id: 'AlertsReply' });
export type AlertsReply = z.infer<typeof AlertsReply>;

const value = z
  .number()
  .describe('What was compared, in the unit of the condition: currency, percent, 0 to 1 or count');

export const AlertTransition = z.object({
  state: z.enum(['firing', 'resolved']).describe('resolved: it is over'),
  at: Instant.describe('Event time of the candle, forecast or hour that was judged; of usage wall time; UTC'),
  value,
  text: z.string().describe('The same in a sentence'),
});
export type AlertTransition = z.infer<typeof AlertTransition>;

export const AlertHistoryReply = z
  .object({ data: z.array(AlertTransition).describe('Newest first'), ...nextPage })
  .meta({ id: 'AlertHistoryReply' });
export type AlertHistoryReply = z.infer<typeof AlertHistoryReply>;

export const AlertTestRequest = z
  .strictObject({
    condition: AlertCondition,
    holdMinutes: holdMinutes.default(0),
    cooldownMinutes: cooldownMinutes.default(0),
    from: InstantInput.optional().describe(
      'Event time from which it is judged; default: 168 hours before to',
    ),
    to: InstantInput.optional().describe('Event time until which it is judged; default: now'),
  })
  .refine(({ condition }) => condition.kind !== 'usage', {
    message: 'of kind usage has no history to be tested on',
    path: ['condition'],
  })
  .refine(
    ({ from, to }) =>
      from === undefined || to === undefined || (to > from && to - from <= MAX_TEST_HOURS * HOUR_MS),
    {
      message: `must be after from, by ${MAX_TEST_HOURS} hours at most`,
      path: ['to'],
    },
  )
  .meta({ id: 'AlertTestRequest' });
export type AlertTestRequest = z.infer<typeof AlertTestRequest>;

export const AlertTestReply = z
  .object({
    from: Instant.describe('Event time from which it was judged, UTC'),
    to: Instant.describe('Event time until which it was judged, UTC'),
    judged: z.number().int().nonnegative().describe('Candles, forecasts or hours that were judged, count'),
    state: AlertState,
    transitions: z.array(AlertTransition).describe('When it would have fired and been over, oldest first'),
    source: Source,
  })
  .meta({ id: 'AlertTestReply' });
export type AlertTestReply = z.infer<typeof AlertTestReply>;

/** `data` of alert.fired and alert.resolved. */
export const AlertEvent = z.object({
  rule: z.object({ id: z.uuid().describe('Id of the rule'), name }).describe('Which rule'),
  condition: shownCondition,
  ...AlertTransition.shape,
  source: Source,
});
export type AlertEvent = z.infer<typeof AlertEvent>;
