import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { traceCollector, waitFor, type CollectedSpan, type TraceCollector } from '@btcforecast/testing';
import { writeMarketFile } from './support/market-file.js';
import { RunningSystem } from './support/running-system.js';

const HOUR = 3_600_000;
const FROM = Date.UTC(2025, 0, 1);

jest.setTimeout(180_000);

describe('tracing of the whole system, with an OTLP endpoint set', () => {
  const system = new RunningSystem();
  let collector: TraceCollector;

  beforeAll(async () => {
    collector = await traceCollector();
    const file = writeMarketFile(join(system.folder, 'market.csv'), FROM - 800 * 24 * HOUR, 805 * 24);
    await system.start(
      ['--source', 'replay', '--file', file.path, '--from', '2025-01-01', '--speed', '3600'],
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: '200',
      },
    );
  });
  afterAll(async () => {
    await system.remove();
    collector.close();
  });

  const traceOf = (found: CollectedSpan) =>
    collector.spans.filter(({ traceId }) => traceId === found.traceId);
  const isQueryOf = (service: string) => (span: CollectedSpan) =>
    span.service === service && /pg/.test(span.name);

  it('shows a request as one trace from the gateway through prediction to its query', async () => {
    const traceId = 'a'.repeat(31) + '1';
    await system.get('/v1/forecasts/BTC-USD/history?horizon=1h', {
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    });
    const ofRequest = () => collector.spans.filter((span) => span.traceId === traceId);
    await waitFor(
      () =>
        ofRequest().some(isQueryOf('prediction')) && ofRequest().some(({ service }) => service === 'gateway'),
      { deadlineMs: 30_000, what: "the gateway's span and that of prediction's query have arrived" },
    );
    expect(new Set(ofRequest().map(({ service }) => service))).toEqual(new Set(['gateway', 'prediction']));
    const root = ofRequest().filter(({ parentSpanId }) => parentSpanId === 'b7ad6b7169203331');
    expect(root.map(({ service }) => service)).toEqual(['gateway']);
  });

  it('shows a scoring job as one trace down to its query', async () => {
    const query = await waitFor(
      () =>
        collector.spans.find(
          (span) =>
            isQueryOf('worker')(span) &&
            span.attributes.some(({ value }) => value.stringValue?.includes('forecast_scores')) &&
            traceOf(span).some(({ name }) => name.includes('analytics')),
        ),
      { deadlineMs: 60_000, what: 'a query of a scoring job has arrived' },
    );
    expect(query.parentSpanId).toBeDefined();
  });
});
