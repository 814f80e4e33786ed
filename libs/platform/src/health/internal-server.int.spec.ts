import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { createLogger } from '../logging/create-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { HealthRegistry } from './health-registry.js';
import { type InternalServer, startInternalServer } from './internal-server.js';

let health: HealthRegistry;
let metrics: Metrics;
let server: InternalServer;

beforeEach(async () => {
  health = new HealthRegistry();
  metrics = new Metrics({ service: 'worker', region: 'eu' });
  const logger = createLogger('test', { level: 'fatal' });
  server = await startInternalServer({
    port: 0,
    host: '127.0.0.1',
    health,
    metrics,
    logger,
  });
});
afterEach(() => server.close());

const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`);
const ready = async (): Promise<number> => (await get('/health/ready')).status;

describe('the internal server', () => {
  it('is alive from the start, but ready only when told so', async () => {
    expect((await get('/health/live')).status).toBe(200);
    expect(await ready()).toBe(503);
    health.setReady(true);
    expect(await ready()).toBe(200);
  });

  it('is not ready while a check fails, and says which', async () => {
    health.setReady(true);
    let away = true;
    health.add('database', async () => {
      if (away) throw new Error('connection refused');
    });
    const reply = await get('/health/ready');
    expect(reply.status).toBe(503);
    expect(await reply.json()).toEqual({
      ready: false,
      draining: false,
      checks: { database: 'connection refused' },
    });
    away = false;
    expect(await ready()).toBe(200);
  });

  it('stays ready while something is away that is only watched, and says so without waiting for it', async () => {
    health.setReady(true);
    health.watch('database', () => Promise.reject(new Error('connection refused')));
    health.watch('replica', () => new Promise(() => undefined));
    await waitFor(async () => (await (await get('/health/ready')).text()).includes('connection refused'), {
      deadlineMs: 5_000,
      what: 'it is shown',
    });
    const reply = await get('/health/ready');
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({
      ready: true,
      checks: { database: 'connection refused', replica: 'ok' },
    });
  });

  it('stays ready with notes, and shows them while there are any', async () => {
    health.setReady(true);
    const notes: string[] = [];
    health.addNotes(() => notes);
    expect(await (await get('/health/ready')).json()).toEqual({ ready: true, draining: false, checks: {} });
    notes.push('one of two models cannot answer');
    const reply = await get('/health/ready');
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ notes: ['one of two models cannot answer'] });
  });

  it('takes a check that hangs for a failed one', async () => {
    health.setReady(true);
    health.add('stuck', () => new Promise(() => undefined));
    expect(await (await get('/health/ready')).json()).toMatchObject({
      checks: { stuck: 'no answer within 2000 ms' },
    });
  });

  it('is never ready again once draining', async () => {
    health.setReady(true);
    health.setDraining();
    health.setReady(true);
    expect(await ready()).toBe(503);
  });

  it('shows metrics of this process with its labels, each name once', async () => {
    metrics.counter('jobs_total', 'Jobs', ['queue']).inc({ queue: 'a' });
    metrics.counter('jobs_total', 'Jobs', ['queue']).inc({ queue: 'a' });
    metrics.gauge('depth', 'Depth', [], (gauge) => gauge.set(7));
    const text = await (await get('/metrics')).text();
    expect(text).toContain('jobs_total{queue="a",service="worker",region="eu"} 2');
    expect(text).toContain('depth{service="worker",region="eu"} 7');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('shows exemplars to whoever asks for OpenMetrics, and everybody else what they had before', async () => {
    const asked = metrics.counter('asked_total', 'Asked', ['by']);
    asked.inc({ by: 'me' }, 3);
    metrics.counter('at_scrape_total', 'Counted at each scrape', [], (counter) => counter.inc(1));
    const tally = metrics.tallied<'route'>('seconds', 'Time', [0.1, 1]).tally({ route: '/' });
    tally.observe(0.05);
    tally.observe(0.5, 'a'.repeat(32));
    const open = { headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' } };
    const ask = (options?: RequestInit) => fetch(`http://127.0.0.1:${server.port}/metrics`, options);
    const [reply, plain] = await Promise.all([ask(open), ask()]);
    expect(reply.headers.get('content-type')).toMatch(/^application\/openmetrics-text/);
    const lines = (await reply.text()).split('\n');
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
    expect(lines).toContain('# TYPE asked counter');
    expect(lines).toContain('asked_total{by="me",service="worker",region="eu"} 3');
    const buckets = lines.filter((line) => line.startsWith('seconds_bucket'));
    expect(buckets.map((line) => / # (\{.*\} \S+) [\d.]+$/.exec(line)?.[1])).toEqual([
      undefined,
      `{trace_id="${'a'.repeat(32)}"} 0.5`,
      undefined,
    ]);
    for (const text of [await plain.text(), await (await ask()).text()]) {
      expect(text).toContain('# TYPE asked_total counter');
      expect(text).not.toContain('trace_id');
    }
    expect(await (await ask()).text()).toContain('at_scrape_total{service="worker",region="eu"} 4');
  });
});
