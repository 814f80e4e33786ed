import { z } from 'zod';
import { CandleReply, GapReply } from './candles.js';
import { ForecastReply, ScoredForecastReply } from './forecasts.js';
import { Horizon, Instant, InstrumentId, Interval, Source } from './primitives.js';
import { Problem } from './problem.js';

/** What streams tell of. */
export const STREAM_TYPES = ['price', 'forecast', 'outcome', 'gap'] as const;
export const StreamType = z.enum(STREAM_TYPES).meta({
  id: 'StreamType',
  description:
    'price: a candle has closed; forecast: one was issued; outcome: one has matured and was scored; gap: candles are missing, or no longer',
});
export type StreamType = z.infer<typeof StreamType>;

/** Where a stream stands: the number of an event, and a check of what the event said. */
export const StreamCursor = z
  .string()
  .regex(/^\d{1,15}-[0-9a-f]{8}$/, 'must be the id of an event, e.g. 1207-5f0c9a1e')
  .meta({
    id: 'StreamCursor',
    description: 'Id of an event: its number, a hyphen and a check of its content',
  });
export type StreamCursor = z.infer<typeof StreamCursor>;

const envelope = {
  id: StreamCursor,
  instrument: InstrumentId,
  source: Source,
  at: Instant.describe('Wall time at which it was entered into the stream, UTC'),
};
const venue = z.string().describe('Exchange, or the name of the replay or demo market');

export const PriceEvent = z
  .object({
    ...envelope,
    type: z.literal('price').describe('A candle has closed'),
    interval: Interval,
    data: CandleReply.extend({ venue }).describe('The candle, final'),
  })
  .meta({ id: 'PriceEvent' });

export const ForecastEvent = z
  .object({
    ...envelope,
    type: z.literal('forecast').describe('A forecast was issued'),
    horizon: Horizon,
    data: ForecastReply.describe('The forecast'),
  })
  .meta({ id: 'ForecastEvent' });

export const OutcomeEvent = z
  .object({
    ...envelope,
    type: z.literal('outcome').describe('A forecast has matured and was scored, or is void'),
    horizon: Horizon,
    data: ScoredForecastReply.describe('The forecast with its outcome'),
  })
  .meta({ id: 'OutcomeEvent' });

export const GapEvent = z
  .object({
    ...envelope,
    type: z.literal('gap').describe('A range of candles is missing, or is no longer'),
    interval: Interval,
    data: GapReply.extend({ venue }).describe('The range and what is known of it now'),
  })
  .meta({ id: 'GapEvent' });

export const StreamEvent = z
  .discriminatedUnion('type', [PriceEvent, ForecastEvent, OutcomeEvent, GapEvent])
  .meta({ id: 'StreamEvent', description: 'Something that has happened' });
export type StreamEvent = z.infer<typeof StreamEvent>;

export const StreamReset = z
  .object({
    reason: z
      .enum(['too_old', 'unknown'])
      .describe(
        'too_old: what followed is no longer kept; unknown: there is no such event here, as after a restored database',
      ),
    cursor: StreamCursor.describe('Where the stream goes on'),
  })
  .meta({
    id: 'StreamReset',
    description:
      'Events between yours and this one may be missing: read what you hold anew by REST, then go on',
  });
export type StreamReset = z.infer<typeof StreamReset>;

export const STREAM_CLOSE_REASONS = [
  'shutdown',
  'credentials_ended',
  'rights_changed',
  'slow_consumer',
  'too_many_messages',
] as const;
export const StreamClosing = z
  .object({
    reason: z
      .enum(STREAM_CLOSE_REASONS)
      .describe(
        'shutdown: connect again; credentials_ended: revoked or expired; rights_changed: connect again; slow_consumer: you do not keep up; too_many_messages: you ask too often',
      ),
    cursor: StreamCursor.nullable().describe('Where to resume; null where each subscription has its own'),
    retryMs: z
      .number()
      .int()
      .nonnegative()
      .describe('How long to wait before connecting again, milliseconds'),
  })
  .meta({ id: 'StreamClosing', description: 'The last word before the server closes a stream' });
export type StreamClosing = z.infer<typeof StreamClosing>;

export const StreamTicketReply = z
  .object({
    ticket: z.string().describe('Pass as query parameter ticket of /v1/stream or /v1/ws; works once'),
    expiresAt: Instant.describe('Until when it can be used, UTC'),
  })
  .meta({ id: 'StreamTicket' });
export type StreamTicketReply = z.infer<typeof StreamTicketReply>;

/** A list in a query, separated by commas. */
function listOf<T extends string>(of: z.ZodType<T, string>, most: number) {
  return z
    .string()
    .max(400)
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(of).min(1).max(most));
}

const MOST_INSTRUMENTS = 20;

export const StreamQuery = z.object({
  type: listOf(StreamType, 8).optional().describe('Kinds of events, separated by commas; default: all'),
  instrument: listOf(InstrumentId, MOST_INSTRUMENTS)
    .optional()
    .describe('Instruments, separated by commas; default: all'),
  horizon: listOf(Horizon, 8)
    .optional()
    .describe('Horizons of forecasts and outcomes, separated by commas; default: all'),
  interval: listOf(Interval, 8)
    .optional()
    .describe('Intervals of prices and gaps, separated by commas; default: all'),
  lastEventId: z
    .string()
    .max(100)
    .optional()
    .describe('As the header Last-Event-ID, for browsers, which cannot set one: events after this one'),
  ticket: z
    .string()
    .max(200)
    .optional()
    .describe('A ticket of POST /v1/stream/tickets, for browsers, which cannot send a key'),
});
export type StreamQuery = z.infer<typeof StreamQuery>;

/** A WebSocket is opened with nothing but, perhaps, a ticket. */
export const WsQuery = StreamQuery.pick({ ticket: true });

const requestId = z.string().min(1).max(64).describe('Chosen by the client; the answer bears it');
const subscriptionId = z.string().max(16).describe('Name of a subscription of this connection');

export const WsSubscribe = z
  .strictObject({
    op: z.literal('subscribe').describe('Begin to get events'),
    id: requestId,
    type: z.array(StreamType).min(1).max(8).optional().describe('Kinds of events; default: all'),
    instrument: z
      .array(InstrumentId)
      .min(1)
      .max(MOST_INSTRUMENTS)
      .optional()
      .describe('Instruments; default: all'),
    horizon: z
      .array(Horizon)
      .min(1)
      .max(8)
      .optional()
      .describe('Horizons of forecasts and outcomes; default: all'),
    interval: z
      .array(Interval)
      .min(1)
      .max(8)
      .optional()
      .describe('Intervals of prices and gaps; default: all'),
    conflate: z
      .enum(['latest', 'all'])
      .default('all')
      .describe(
        'For a client that does not keep up. all: every event, or the connection is closed; latest: of each type, instrument and horizon or interval the newest',
      ),
    cursor: z.string().max(100).optional().describe('Events after this one first; default: from now on'),
  })
  .meta({ id: 'WsSubscribe' });
export type WsSubscribe = z.infer<typeof WsSubscribe>;

export const WsUnsubscribe = z
  .strictObject({
    op: z.literal('unsubscribe').describe('Get no more events of a subscription'),
    id: requestId,
    subscription: subscriptionId,
  })
  .meta({ id: 'WsUnsubscribe' });

export const WsPing = z
  .strictObject({ op: z.literal('ping').describe('Is anybody there?'), id: requestId })
  .meta({ id: 'WsPing' });

export const WsRequest = z
  .discriminatedUnion('op', [WsSubscribe, WsUnsubscribe, WsPing])
  .meta({ id: 'WsRequest', description: 'What a client may send' });
export type WsRequest = z.infer<typeof WsRequest>;

export const WsSubscribed = z
  .object({
    type: z.literal('subscribed').describe('The subscription has begun'),
    id: requestId,
    subscription: subscriptionId,
    cursor: StreamCursor.describe('Events after this one will come'),
  })
  .meta({ id: 'WsSubscribed' });

export const WsUnsubscribed = z
  .object({
    type: z.literal('unsubscribed').describe('The subscription has ended'),
    id: requestId,
    subscription: subscriptionId,
    cursor: StreamCursor.describe('Where it stood'),
  })
  .meta({ id: 'WsUnsubscribed' });

export const WsPong = z
  .object({
    type: z.literal('pong').describe('Answer to a ping'),
    id: requestId,
    cursor: StreamCursor.describe('The newest event of all'),
  })
  .meta({ id: 'WsPong' });

export const WsError = z
  .object({
    type: z.literal('error').describe('A message could not be obeyed'),
    id: requestId.nullable().describe('Of the message; null when it could not be read'),
    problem: Problem,
  })
  .meta({ id: 'WsError' });

export const WsEvent = z
  .object({
    type: z.literal('event').describe('Something has happened'),
    subscription: subscriptionId,
    event: StreamEvent,
  })
  .meta({ id: 'WsEvent' });

export const WsReset = z
  .object({ type: z.literal('reset').describe('Events may be missing'), subscription: subscriptionId })
  .extend(StreamReset.shape)
  .meta({ id: 'WsReset' });

export const WsHeartbeat = z
  .object({
    type: z.literal('heartbeat').describe('Nothing has happened for a while'),
    cursor: StreamCursor.describe('Up to here every subscription has got what was for it'),
  })
  .meta({ id: 'WsHeartbeat' });

export const WsClosing = z
  .object({
    type: z.literal('closing').describe('The server closes the connection'),
    subscriptions: z
      .array(z.object({ subscription: subscriptionId, cursor: StreamCursor }))
      .describe('Where to resume each'),
  })
  .extend(StreamClosing.shape)
  .meta({ id: 'WsClosing' });

export const WsMessage = z
  .discriminatedUnion('type', [
    WsSubscribed,
    WsUnsubscribed,
    WsPong,
    WsError,
    WsEvent,
    WsReset,
    WsHeartbeat,
    WsClosing,
  ])
  .meta({ id: 'WsMessage', description: 'What the server sends' });
export type WsMessage = z.infer<typeof WsMessage>;
