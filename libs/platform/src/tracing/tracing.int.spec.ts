import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  freePort,
  testDatabase,
  traceCollector,
  waitFor,
  type CollectedSpan,
  type TestDatabase,
  type TraceCollector,
} from '@btcforecast/testing';
import { startProgram } from '../lifecycle/program.fixture.js';
import { RpcConnection } from '../rpc/rpc-connection.js';
import { GAP, testClient, TOKEN } from '../rpc/rpc.fixture.js';

let database: TestDatabase;
let sink: TraceCollector;

beforeAll(async () => {
  database = await testDatabase({ migrated: false });
  sink = await traceCollector();
});
afterAll(async () => {
  sink.close();
  await database.drop();
});

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';

describe('tracing', () => {
  it('spans calls, queries and the job that is added with one trace, to which histograms lead', async () => {
    sink.busy = 1;
    const port = String(await freePort());
    const { child, exit, ready } = startProgram({
      DATABASE_URL: database.url,
      RPC_PORT: port,
      RPC_ADDRESSES_MARKET_DATA: `127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_SERVICE_NAME: 'program',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    try {
      const { rpcPort, internalPort } = await ready();
      const address = { host: '127.0.0.1', port: rpcPort ?? 0 };
      const connection = await RpcConnection.open(address, undefined, 2_000, () => undefined);
      const answer = await connection.send(
        GAP.name,
        {
          v: 1,
          deadline: Date.now() + 5_000,
          traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`,
          caller: 'test',
          token: TOKEN,
          body: { gapId: 'relay' },
        },
        5_000,
      );
      expect(answer).toMatchObject({ ok: true });
      connection.close();
      await waitFor(() => queries('in_a_job').length > 0, {
        deadlineMs: 20_000,
        what: 'the span of the last query',
      });
      const open = { headers: { accept: 'application/openmetrics-text' } };
      const metrics = await (await fetch(`http://127.0.0.1:${internalPort}/metrics`, open)).text();
      for (const name of ['rpc_server_duration_seconds', 'queue_job_duration_seconds']) {
        expect(metrics).toMatch(new RegExp(`^${name}_bucket\\{.*# \\{trace_id="${TRACE_ID}"\\}`, 'm'));
      }
    } finally {
      child.kill('SIGTERM');
      await exit;
    }
    // What was refused once came again, and packed.
    expect(sink.busy).toBe(0);
    expect(new Set(sink.encodings)).toEqual(new Set(['gzip']));
    const server = `rpc.server ${GAP.name}`;
    const client = `rpc.client ${GAP.name}`;
    expect(story(queries('pg_sleep')[0])).toEqual([PARENT_ID, server, client, server]);
    expect(story(queries('in_a_job')[0]).slice(0, 4)).toEqual([PARENT_ID, server, client, server]);
    const traces = new Set([...queries('pg_sleep'), ...queries('in_a_job')].map(({ traceId }) => traceId));
    expect([...traces]).toEqual([TRACE_ID]);
  });

  it('disturbs nothing when the collector is away', async () => {
    const { child, exit, ready } = startProgram({
      DATABASE_URL: database.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    try {
      const { rpcPort } = await ready();
      const client = testClient([rpcPort ?? 0]);
      await expect(client.call(GAP, { gapId: 'x' })).resolves.toMatchObject({ state: 'repaired' });
      client.close();
    } finally {
      child.kill('SIGTERM');
      await expect(exit).resolves.toBe(0);
    }
  });
});

function queries(part: string): CollectedSpan[] {
  return sink.spans.filter(({ attributes }) =>
    attributes.some(({ value }) => value.stringValue?.includes(part)),
  );
}

/** Names of the spans around a span, outermost first, after the id of the span that came from outside. */
function story(span: CollectedSpan | undefined): string[] {
  const parent = sink.spans.find(({ spanId }) => spanId === span?.parentSpanId);
  return parent ? [...story(parent), parent.name] : [span?.parentSpanId ?? ''];
}
