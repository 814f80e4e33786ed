import type { WsMessage, WsRequest } from '@btcforecast/contracts';

const cursor = '1207-5f0c9a1e';
const of = { instrument: 'BTC-USD', source: 'live', at: '2025-01-01T12:00:02.640Z' } as const;

/** What the descriptions of streams show: events, and what goes over a WebSocket. A test checks them. */
export function streamExamples(scoredForecast: object) {
  const { outcome: _, ...forecast } = scoredForecast as Record<string, unknown>;
  const candle = {
    ...{ openTime: '2025-01-01T11:00:00.000Z', closeTime: '2025-01-01T12:00:00.000Z' },
    ...{ open: 94_800.1, high: 95_120, low: 94_655.3, close: 95_000, volume: 812.4, venue: 'binance' },
  };
  const range = { from: '2025-01-01T03:10:00.000Z', to: '2025-01-01T03:14:00.000Z', venue: 'binance' };
  const events = {
    price: { id: cursor, type: 'price', interval: '1h', ...of, data: candle },
    forecast: { id: '1208-a90b3c77', type: 'forecast', horizon: '24h', ...of, data: forecast },
    outcome: { id: '1209-1d2e4f80', type: 'outcome', horizon: '24h', ...of, data: scoredForecast },
    gap: { id: '1210-77c01b2a', type: 'gap', interval: '1m', ...of, data: { ...range, state: 'open' } },
  };
  const reset = { reason: 'too_old', cursor } as const;
  const closing = { reason: 'shutdown', cursor, retryMs: 1_840 } as const;
  return { events, reset, closing, requests, answers: answersOf(events.price) };
}

const requests: Readonly<Record<string, WsRequest>> = {
  subscribe: { op: 'subscribe', id: '1', type: ['forecast'], horizon: ['24h'], conflate: 'all', cursor },
  unsubscribe: { op: 'unsubscribe', id: '2', subscription: '1' },
  ping: { op: 'ping', id: '3' },
};

function answersOf(event: object): Readonly<Record<string, object>> {
  const problem = {
    type: '/docs/errors#stream.subscription_unknown',
    title: 'Not found',
    status: 404,
    detail: 'this connection has no subscription 7; it may have ended already',
    instance: '/v1/ws',
    code: 'stream.subscription_unknown',
    traceId: '0af7651916cd43dd8448eb211c80319c',
  };
  const subscription = '1';
  const closing: WsMessage = {
    ...{ type: 'closing', reason: 'slow_consumer', cursor, retryMs: 0 },
    subscriptions: [{ subscription, cursor }],
  };
  return {
    subscribed: { type: 'subscribed', id: '1', subscription, cursor },
    unsubscribed: { type: 'unsubscribed', id: '2', subscription, cursor },
    pong: { type: 'pong', id: '3', cursor },
    error: { type: 'error', id: '4', problem },
    event: { type: 'event', subscription, event },
    reset: { type: 'reset', subscription, reason: 'too_old', cursor },
    heartbeat: { type: 'heartbeat', cursor },
    closing,
  };
}

/** A stream as it looks on the wire. */
export function sseText(events: readonly { readonly id: string; readonly type: string }[]): string {
  const blocks = events.map(
    (event) => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n`,
  );
  return ['retry: 2000\n: at 1206-c0ffee00\nid: 1206-c0ffee00\n', ...blocks, ''].join('\n');
}
