import {
  AlertFeed,
  AlertJudge,
  AlertRepository,
  AttemptRepository,
  Deliverer,
  DeliveryDispatcher,
  DeliveryHousekeeping,
  DeliveryRepository,
  EventCollector,
  eventSources,
  MeasurementReader,
  SecretRepository,
  WebhookSender,
} from '@btcforecast/notifications';
import { AddressPolicy, Clock, ENV, LOGGER, type Logger, SecretBox } from '@btcforecast/platform';
import { GuardedFetch } from '@btcforecast/platform/guarded-fetch';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotificationsMetrics } from './notifications.metrics.js';
import { NotificationsSchedule } from './notifications.schedule.js';
import type { WorkerEnv } from './worker.env.js';

/** What finds out that something is to be told, and tells it. */
export const notificationsProviders: Provider[] = [
  { provide: SecretBox, inject: [ENV], useFactory: (env: WorkerEnv) => new SecretBox(env.SECRETS_KEY) },
  {
    provide: GuardedFetch,
    inject: [ENV],
    useFactory: (env: WorkerEnv) =>
      new GuardedFetch({ policy: new AddressPolicy(env.WEBHOOK_ALLOWED_NETWORKS) }),
  },
  {
    provide: AlertFeed,
    inject: [ENV],
    useFactory: (env: WorkerEnv) => new AlertFeed(env.MARKET_FEED, env.MARKET_SOURCE),
  },
  {
    provide: EventCollector,
    inject: [DataSource, AlertFeed, Clock, LOGGER],
    useFactory: (dataSource: DataSource, feed: AlertFeed, clock: Clock, logger: Logger) =>
      new EventCollector({
        dataSource,
        clock,
        logger,
        sources: (manager) => eventSources(manager, feed, clock.now()),
      }),
  },
  {
    provide: AlertJudge,
    inject: [DataSource, AlertRepository, MeasurementReader, AlertFeed, Clock, LOGGER],
    useFactory: (
      dataSource: DataSource,
      alerts: AlertRepository,
      measurements: MeasurementReader,
      feed: AlertFeed,
      clock: Clock,
      logger: Logger,
    ) => new AlertJudge({ dataSource, alerts, measurements, feed, clock, logger }),
  },
  SecretRepository,
  AlertRepository,
  MeasurementReader,
  DeliveryRepository,
  AttemptRepository,
  DeliveryDispatcher,
  DeliveryHousekeeping,
  WebhookSender,
  Deliverer,
  NotificationsSchedule,
  NotificationsMetrics,
];
