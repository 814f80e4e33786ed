import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PERMISSIONS, WebhookRequest } from '@btcforecast/contracts';
import { AlertRuleEntity, createDataSource } from '@btcforecast/database';
import {
  DeliveryDispatcher,
  EndpointRepository,
  EndpointService,
  EventCollector,
  SecretRepository,
} from '@btcforecast/notifications';
import {
  AddressPolicy,
  Clock,
  createLogger,
  EventBus,
  newSecretsKey,
  parseEnv,
  SecretBox,
  startService,
  type RunningService,
} from '@btcforecast/platform';
import { describeWhen, freePort, hasRedis, testDatabase, testRedis, waitFor } from '@btcforecast/testing';
import { Webhook } from 'standardwebhooks';
import type { DataSource } from 'typeorm';
import { RPC_TOKEN } from '../test/peers.js';
import { startReceiver, type TestReceiver } from '../test/receiver.js';
import { WorkerEnv } from './worker.env.js';
import { WorkerModule } from './worker.module.js';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2025, 0, 1);
const feed = 'replay-0000000e';
const instrument = 'BTC-USD';

describe('a worker on PostgreSQL', () => suite(async () => ({ close: () => Promise.resolve() })));
describeWhen(hasRedis(), 'redis-server is not installed')('a worker on Redis', () =>
  suite(async () => testRedis(await freePort())),
);

function suite(openRedis: () => Promise<{ url?: string; close(): Promise<void> }>): void {
  let close: (() => Promise<void>)[] = [];
  let redis: { url?: string; close(): Promise<void> };
  let worker: RunningService;
  let startWorker: () => Promise<RunningService>;
  let dataSource: DataSource;
  let receiver: TestReceiver;
  let endpoints: EndpointService;
  let secrets: SecretRepository;
  let hour = 0;

  beforeAll(async () => {
    const database = await testDatabase();
    redis = await openRedis();
    receiver = await startReceiver();
    dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
    await dataSource.query(`INSERT INTO tenants (id, name) VALUES ('acme', 'Acme')`);
    await dataSource.query(`SELECT ensure_candle_partitions($1, $1)`, [new Date(START)]);
    await dataSource.query(`INSERT INTO market_feeds VALUES ($1, $2, 'replay', $1, '1h', $3, now(), 0)`, [
      ...[feed, instrument, new Date(START)],
    ]);
    const key = newSecretsKey();
    const env = parseEnv(WorkerEnv, {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      RPC_TOKEN,
      MARKET_SOURCE: 'replay',
      MARKET_FEED: feed,
      SECRETS_KEY: key,
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      TRACK_RECORD_KEY_FILE: '/nonexistent/unused',
      LOG_LEVEL: 'fatal',
    });
    const logger = createLogger('worker', { level: 'fatal' });
    startWorker = async () => {
      const started = await startService({ name: 'worker', module: WorkerModule, env, logger });
      await waitFor(() => started.app.get(EventBus).flowing, { deadlineMs: 10_000, what: 'events flow' });
      return started;
    };
    worker = await startWorker();
    secrets = new SecretRepository(dataSource, new SecretBox(key));
    const policy = new AddressPolicy(['127.0.0.0/8']);
    endpoints = new EndpointService(new EndpointRepository(dataSource), secrets, policy, new Clock());
    close = [
      () => worker.close(),
      () => receiver.close(),
      () => dataSource.destroy(),
      () => database.drop(),
      () => redis.close(),
    ];
  });
  afterAll(async () => {
    for (const end of close) await end();
  });

  const asker = {
    tenant: 'acme',
    actor: 'key 0',
    permissions: new Set(PERMISSIONS),
    instruments: null,
    horizons: null,
  };
  const addEndpoint = (path: string, eventTypes: string[]) =>
    endpoints.create(asker, WebhookRequest.parse({ url: receiver.url(path), eventTypes }));
  const tell = (name: 'forecast.issued' | 'candle.closed') => {
    const bus = worker.app.get(EventBus);
    const origin = START + hour * HOUR_MS;
    return name === 'forecast.issued'
      ? bus.publish(name, { feed, instrument, origin, horizons: ['24h'], modelVersion: 'har@2' })
      : bus.publish(name, { feed, instrument, venue: feed, interval: '1h', openTime: origin });
  };
  async function issue(): Promise<string> {
    const origin = new Date(START + (hour += 1) * HOUR_MS);
    const id = hour.toString(16).padStart(64, '0');
    await dataSource.query(
      `INSERT INTO forecasts (id, feed, source, instrument, venue, origin_at, horizon_hours, target_at, model_name,
         model_version, price, log_return_quantiles, probability_up, volatility, features, baselines, issued_at,
         timeliness, in_sample, canonical, region, runtime)
       VALUES ($1, $2, 'replay', $3, $2, $4, 24, $4::timestamptz + interval '1 day', 'har', 2, 100,
         '{-0.03,-0.02,-0.01,0,0.01,0.02,0.03}', 0.5, 0.02, '{1}', '{}', $4, 'on_time', false, true, 'test', '{}')`,
      [id, feed, instrument, origin],
    );
    return id;
  }
  const at = (path: string) => receiver.received.filter((each) => each.path === path);
  const idsAt = (path: string) =>
    at(path).map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id);
  const arrives = (path: string, ids: readonly string[], deadlineMs = 20_000) =>
    waitFor(() => ids.every((id) => idsAt(path).includes(id)), {
      deadlineMs,
      what: `${ids.length} events arrive`,
    });

  it('tells an endpoint soon after something happened, and what fails once more on schedule', async () => {
    const { id } = await addEndpoint('/hook', ['forecast.issued']);
    receiver.answers.set('/hook', [503]);
    const forecast = await issue();
    await tell('forecast.issued');
    await arrives('/hook', [forecast]);
    const [key] = await secrets.listValid(id, new Date());
    const secret = `whsec_${key!.key.hmac.toString('base64')}`;
    const { headers, body } = at('/hook')[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'forecast.issued',
    });
    await waitFor(() => at('/hook').length === 2, { deadlineMs: 20_000, what: 'the second attempt' });
    const [first, second] = at('/hook');
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(4_900);
    await endpoints.delete(asker, id);
  });

  it('tells what an alert rule says', async () => {
    const { id } = await addEndpoint('/alerts', ['alert.fired']);
    const now = new Date();
    await dataSource.getRepository(AlertRuleEntity).insert({
      id: '5d2e9f1a-3c44-4d2e-9c43-3d5d3f2f7e44',
      tenant: 'acme',
      name: 'high',
      condition: { kind: 'price', instrument, interval: '1h', test: 'above', level: 100 },
      holdMinutes: 0,
      cooldownMinutes: 0,
      enabled: true,
      createdBy: 'key 0',
      createdAt: now,
      updatedAt: now,
    });
    await dataSource.query(
      `INSERT INTO candles (instrument, venue, "interval", open_time, open, high, low, close, volume, provenance)
       VALUES ($1, $2, '1h', $3, 101, 101, 101, 101, 1, 'streamed')`,
      [instrument, feed, new Date(START)],
    );
    await tell('candle.closed');
    const [alert] = await waitFor(() => (at('/alerts').length > 0 ? at('/alerts') : undefined), {
      deadlineMs: 20_000,
      what: 'the alert arrives',
    });
    expect(JSON.parse(alert!.body)).toMatchObject({
      type: 'alert.fired',
      timestamp: '2025-01-01T01:00:00.000Z',
      data: { rule: { name: 'high' }, value: 101 },
    });
    await endpoints.delete(asker, id);
  });

  it('that is restarted in the middle loses nothing, and repeats only what nobody had answered', async () => {
    const { id } = await addEndpoint('/restart', ['forecast.issued']);
    const ids: string[] = [];
    for (let i = 0; i < 6; i += 1) ids.push(await issue());
    receiver.hold('/restart');
    await tell('forecast.issued');
    await waitFor(() => at('/restart').length === 4, { deadlineMs: 20_000, what: 'its places are taken' });
    const unanswered = new Set(at('/restart').map(({ headers }) => headers['webhook-id']));
    const stopping = worker.close();
    for (let i = 0; i < 6; i += 1) ids.push(await issue()); // nobody listens
    await stopping;
    receiver.release('/restart');
    worker = await startWorker();
    await arrives('/restart', ids);
    const states = async () =>
      (
        await dataSource.query<{ state: string }[]>(
          'SELECT DISTINCT state FROM webhook_deliveries WHERE endpoint_id = $1',
          [id],
        )
      ).map(({ state }) => state);
    await waitFor(async () => (await states()).join() === 'delivered', {
      deadlineMs: 20_000,
      what: 'all is delivered',
    });
    const all = at('/restart').map(({ headers }) => headers['webhook-id']);
    const repeated = all.filter((each, i) => all.indexOf(each) !== i);
    expect(new Set(all).size).toBe(12);
    expect(repeated.every((each) => unanswered.has(each))).toBe(true);
    await endpoints.delete(asker, id);
  });

  it('loses nothing and goes on by itself when the queue has been away', async () => {
    const { id } = await addEndpoint('/away', ['forecast.issued']);
    const { url } = redis;
    if (url) await redis.close();
    const ids = [await issue(), await issue()];
    if (url) {
      await worker.app.get(EventCollector).collect();
      const handedOut = worker.app.get(DeliveryDispatcher).dispatch();
      await expect(handedOut).rejects.toMatchObject({ kind: 'transient', code: 'queue.unavailable' });
      expect(at('/away')).toEqual([]);
      redis = await testRedis(Number(new URL(url).port));
    } else {
      await dataSource.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    }
    await arrives('/away', ids, 30_000);
    await endpoints.delete(asker, id);
  });

  it('shows what waits and what was tried as metrics', async () => {
    const text = await (await fetch(`http://127.0.0.1:${worker.internalPort}/metrics`)).text();
    expect(text).toMatch(/webhook_deliveries_pending\{[^}]*\} 0/);
    expect(text).toMatch(/webhook_oldest_due_seconds\{[^}]*\} 0/);
    expect(text).toMatch(/webhook_attempts_total\{[^}]*outcome="delivered"[^}]*\} [1-9]/);
  });
}
