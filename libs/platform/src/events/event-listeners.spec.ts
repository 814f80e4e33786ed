import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { pino } from 'pino';
import { currentTraceId } from '../tracing/spans.js';
import { EventListeners } from './event-listeners.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const payload = { feed: 'demo', instrument: 'BTC-USD', target: 1_780_000_000_000, ids: ['a'] };

describe('the trace of an event', () => {
  const nowhere = {
    onStart: () => undefined,
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const sdk = new NodeSDK({ spanProcessors: [nowhere], metricReaders: [], logRecordProcessors: [] });

  beforeAll(() => sdk.start());
  afterAll(() => sdk.shutdown());

  /** What a handler sees of an event that is sent within a trace, or in none. */
  async function traceSeenBy(sendWithin: string | undefined): Promise<string | undefined> {
    const listeners = new EventListeners(pino({ level: 'silent' }) as never);
    const span = { traceId: sendWithin ?? '', spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED };
    const where = sendWithin ? trace.setSpanContext(ROOT_CONTEXT, span) : ROOT_CONTEXT;
    const text = context.with(where, () => listeners.encode('forecast.matured', payload));
    return new Promise((resolve) => {
      listeners.subscribe('forecast.matured', async () => {
        await Promise.resolve();
        resolve(currentTraceId());
      });
      listeners.deliver(text);
    });
  }

  it('goes on in whoever handles it', async () => {
    expect(await traceSeenBy(TRACE_ID)).toBe(TRACE_ID);
  });

  it('is none of the one who happened to send without a trace', async () => {
    const other = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: 'f'.repeat(32),
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
    });
    const seen = await context.with(other, () => traceSeenBy(undefined));
    expect(seen).toMatch(/^[0-9a-f]{32}$/);
    expect(seen).not.toBe('f'.repeat(32));
  });
});
