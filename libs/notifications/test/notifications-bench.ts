import { CandleReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { PERMISSIONS, type WebhookEventType, WebhookRequest } from '@btcforecast/contracts';
import { createDataSource } from '@btcforecast/database';
import {
  AddressPolicy,
  createEventBus,
  createLogger,
  type EventBus,
  JobQueues,
  ManualClock,
  Metrics,
  newSecretsKey,
  SecretBox,
} from '@btcforecast/platform';
import { GuardedFetch } from '@btcforecast/platform/guarded-fetch';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { AlertJudge } from '../src/alerts/alert-judge.service.js';
import { AlertRepository } from '../src/alerts/alert.repository.js';
import { AlertService } from '../src/alerts/alert.service.js';
import { AlertTester } from '../src/alerts/alert-test.service.js';
import { MeasurementReader } from '../src/alerts/measurement.reader.js';
import { AlertFeed } from '../src/alerts/record-transition.js';
import type { Asker } from '../src/asker.js';
import { AttemptRepository } from '../src/deliveries/attempt.repository.js';
import { Deliverer } from '../src/deliveries/deliverer.service.js';
import { DeliveryDispatcher } from '../src/deliveries/delivery.dispatcher.js';
import { DeliveryHousekeeping } from '../src/deliveries/delivery-housekeeping.js';
import { DeliveryQueries } from '../src/deliveries/delivery-queries.service.js';
import { DeliveryRepository } from '../src/deliveries/delivery.repository.js';
import { WebhookSender } from '../src/deliveries/webhook-sender.js';
import { ReplayService } from '../src/deliveries/replay.service.js';
import { EndpointRepository } from '../src/endpoints/endpoint.repository.js';
import { EndpointService } from '../src/endpoints/endpoint.service.js';
import { SecretRepository } from '../src/endpoints/secret.repository.js';
import { SecretService } from '../src/endpoints/secret.service.js';
import { EventCollector } from '../src/events/event-collector.js';
import type { EventSource } from '../src/events/event-source.js';
import { eventSources } from '../src/events/event-sources.js';
import { UsageReader } from '../src/usage/usage.reader.js';

export const FEED = 'replay-00000007';
export const INSTRUMENT = 'BTC-USD';

/** Everything of the library over a database of its own, with a clock that stands still. */
export class NotificationsBench {
  readonly clock = new ManualClock(Date.now());
  readonly policy = new AddressPolicy(['127.0.0.0/8', '::1/128']);
  readonly box = new SecretBox(newSecretsKey());
  readonly feed = new AlertFeed(FEED, 'replay');
  readonly endpointRows: EndpointRepository;
  readonly secretRows: SecretRepository;
  readonly endpoints: EndpointService;
  readonly secrets: SecretService;
  readonly deliveries: DeliveryRepository;
  readonly queries: DeliveryQueries;
  readonly replay: ReplayService;
  readonly housekeeping: DeliveryHousekeeping;
  readonly dispatcher: DeliveryDispatcher;
  readonly alertRows: AlertRepository;
  readonly alerts: AlertService;
  readonly tester: AlertTester;
  readonly measurements: MeasurementReader;
  readonly usage: UsageReader;
  logged = '';
  readonly logger = createLogger('test', {
    level: 'debug',
    destination: { write: (line) => void (this.logged += line) },
  });
  readonly #close: (() => unknown)[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly dataSource: DataSource,
    readonly jobs: JobQueues,
    readonly bus: EventBus,
  ) {
    const { clock } = this;
    this.endpointRows = new EndpointRepository(dataSource);
    this.secretRows = new SecretRepository(dataSource, this.box);
    this.endpoints = new EndpointService(this.endpointRows, this.secretRows, this.policy, clock);
    this.secrets = new SecretService(this.endpointRows, this.secretRows, clock);
    this.deliveries = new DeliveryRepository(dataSource);
    this.queries = new DeliveryQueries(dataSource, this.endpointRows);
    this.replay = new ReplayService(this.endpointRows, this.queries, bus, clock);
    this.housekeeping = new DeliveryHousekeeping(dataSource, clock);
    this.dispatcher = new DeliveryDispatcher(this.deliveries, jobs, clock);
    this.alertRows = new AlertRepository(dataSource);
    this.alerts = new AlertService(this.alertRows, this.feed, clock);
    this.measurements = new MeasurementReader(dataSource, new CandleReader(dataSource));
    this.usage = new UsageReader(dataSource, (tier) => (tier === 'unlimited' ? null : 1_000));
    this.tester = new AlertTester(this.measurements, new MarketFeedReader(dataSource), this.feed, clock);
  }

  static async open(): Promise<NotificationsBench> {
    const database = await testDatabase();
    const dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
    const quiet = createLogger('test', { level: 'silent' });
    const env = { DATABASE_URL: database.url, REDIS_URL: undefined, OTEL_EXPORTER_OTLP_ENDPOINT: undefined };
    const bus = createEventBus({ databaseUrl: database.url, logger: quiet });
    await dataSource.query(`INSERT INTO tenants (id, name) VALUES ('acme', 'Acme'), ('other', 'Other')`);
    return new NotificationsBench(database, dataSource, new JobQueues(env, quiet), bus);
  }

  async close(): Promise<void> {
    for (const end of this.#close.splice(0).reverse()) await end();
    await this.jobs.close();
    await this.bus.close();
    await this.dataSource.destroy();
    await this.database.drop();
  }

  closing<T extends { close(): unknown }>(made: T): T {
    this.#close.push(() => made.close());
    return made;
  }

  /** As another process would have it. */
  newDeliverer(): Deliverer {
    return new Deliverer(
      this.deliveries,
      new AttemptRepository(this.dataSource),
      new WebhookSender(this.secretRows, this.closing(new GuardedFetch({ policy: this.policy })), this.clock),
      this.dispatcher,
      this.clock,
      new Metrics({ service: 'test', region: 'test' }),
    );
  }

  newCollector(sources?: (manager: EntityManager) => Promise<readonly EventSource[]>): EventCollector {
    return new EventCollector({
      dataSource: this.dataSource,
      clock: this.clock,
      logger: this.logger,
      sources: sources ?? ((manager) => eventSources(manager, this.feed, this.clock.now())),
    });
  }

  newJudge(): AlertJudge {
    const { dataSource, measurements, usage, feed, clock, logger } = this;
    return new AlertJudge({ dataSource, alerts: this.alertRows, measurements, usage, feed, clock, logger });
  }

  async addEndpoint(changes: object = {}, asker = askerOf('acme')) {
    const request = WebhookRequest.parse({
      url: 'http://127.0.0.1:9/hook',
      eventTypes: ['forecast.issued'] satisfies WebhookEventType[],
      ...changes,
    });
    return this.endpoints.create(asker, request);
  }
}

export function askerOf(tenant: string, changes: Partial<Asker> = {}): Asker {
  return {
    tenant,
    actor: 'key 0123456789ab',
    permissions: new Set(PERMISSIONS),
    instruments: null,
    horizons: null,
    ...changes,
  };
}
