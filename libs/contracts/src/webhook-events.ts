import { z } from 'zod';
import { AlertEvent } from './alerts.js';
import { CandleReply } from './candles.js';
import { ForecastReply, OutcomeReply } from './forecasts.js';
import { Alias, ModelReferenceText } from './models.js';
import { Horizon, Instant, InstrumentId, Interval, Source } from './primitives.js';

/** What an endpoint can ask to be told. */
export const WEBHOOK_EVENT_TYPES = [
  'candle.closed',
  'forecast.issued',
  'forecast.matured',
  'gap.opened',
  'gap.closed',
  'drift.raised',
  'model.promoted',
  'backtest.finished',
  'alert.fired',
  'alert.resolved',
  'quota.warning',
  'webhook.disabled',
] as const;
export const WebhookEventType = z.enum(WEBHOOK_EVENT_TYPES).meta({
  id: 'WebhookEventType',
  description: 'What happened; /docs/webhooks has the data of each',
});
export type WebhookEventType = z.infer<typeof WebhookEventType>;

/** Sent on request only. */
export const WEBHOOK_TEST_TYPE = 'webhook.test';

const gap = {
  id: z.string().describe('Number of the gap'),
  instrument: InstrumentId,
  venue: z.string().describe('Exchange, or the name of the replay or demo market'),
  interval: Interval,
  from: Instant.describe('Open time of the first missing candle, UTC'),
  to: Instant.describe('End of the last missing candle, exclusive, UTC'),
  state: z.enum(['open', 'repaired', 'unrepairable']).describe('unrepairable: the venue has no such candles'),
  source: Source,
};

/** The `data` of every event, and when it is sent. What is sent is checked against it. */
export const WEBHOOK_DATA = {
  'candle.closed': z
    .object({
      ...CandleReply.shape,
      instrument: InstrumentId,
      interval: Interval,
      venue: z.string().describe('Exchange, or the name of the replay or demo market'),
      source: Source,
    })
    .describe('A candle closed and is final; after a repair an older one may come late'),
  'forecast.issued': z
    .object(ForecastReply.shape)
    .describe('A forecast was issued: each horizon by itself, canonical ones only'),
  'forecast.matured': z
    .object({
      id: z.string().length(64).describe('Id of the forecast'),
      instrument: InstrumentId,
      horizon: Horizon,
      origin: Instant.describe('Close time of the last candle the forecast could see, UTC'),
      target: Instant.describe('Close time the forecast is about, UTC'),
      price: z.number().positive().describe('Close at the origin, price in the quote currency'),
      model: ModelReferenceText,
      outcome: OutcomeReply,
      source: Source,
    })
    .describe('The target of a forecast has passed and it was scored, or it is void'),
  'gap.opened': z.object(gap).describe('Candles are missing'),
  'gap.closed': z
    .object(gap)
    .describe('A gap was repaired, or given up; one that was given up may be repaired later'),
  'drift.raised': z
    .object({
      id: z.string().describe('Number of the signal'),
      instrument: InstrumentId,
      model: ModelReferenceText,
      test: z.string().describe('Which test raised it: pit, coverage, skill or input'),
      horizon: Horizon.nullable().describe('Horizon whose forecasts were tested; null for a feature'),
      feature: z.string().nullable().describe('Feature that was tested; null unless the test is input'),
      statistic: z.number().describe('Evidence of drift, dimensionless'),
      threshold: z.number().describe('From here on it counts as drift, dimensionless'),
      n: z.number().int().describe('Forecasts or origins looked at, count'),
      origin: Instant.describe('Origin at which it was raised, UTC'),
    })
    .describe('A test of drift was raised for the model that answers for an instrument'),
  'model.promoted': z
    .object({
      id: z.string().describe('Number of the move'),
      instrument: InstrumentId,
      alias: Alias,
      from: ModelReferenceText.nullable().describe('Who held it before'),
      to: ModelReferenceText.nullable().describe('Who holds it from then on; null: nobody'),
      effectiveOrigin: Instant.describe('First origin that it holds for, UTC'),
      reason: z.string().describe('Why'),
    })
    .describe('An alias of an instrument moved to another model'),
  'backtest.finished': z
    .object({
      id: z.uuid().describe('Id of the backtest; its result is at /v1/backtests/{id}'),
      instrument: InstrumentId,
      state: z.enum(['done', 'failed', 'cancelled']).describe('How it came to its end'),
      finishedAt: Instant.describe('When, UTC'),
    })
    .describe('A backtest that your tenant asked for came to its end'),
  'alert.fired': AlertEvent.describe('An alert rule of yours fires'),
  'alert.resolved': AlertEvent.describe(
    'What an alert rule of yours fired for is over, or the rule was changed or deleted',
  ),
  'quota.warning': z
    .object({
      used: z.number().nonnegative().describe('Used of the quota of the day, count of cost units'),
      quota: z.number().positive().describe('Quota of the day, count of cost units'),
      share: z.number().nonnegative().describe('used over quota, 0 to 1 and above'),
      resetsAt: Instant.describe('When the day of the quota ends, UTC'),
    })
    .describe('Your tenant has used four fifths of its quota of the day, or all of it: once a day for each'),
  'webhook.disabled': z
    .object({
      id: z.uuid().describe('Id of the endpoint that gets nothing any more'),
      url: z.string().describe('Its address'),
      reason: z.enum(['gone', 'failing']).describe('gone: it answered 410; failing: every attempt failed'),
      failingSince: Instant.nullable().describe('First failure after the last success, UTC'),
    })
    .describe('An endpoint of yours was disabled after it failed; told to your other endpoints'),
} as const satisfies Record<WebhookEventType, z.ZodType>;
export type WebhookData<T extends WebhookEventType> = z.infer<(typeof WEBHOOK_DATA)[T]>;
