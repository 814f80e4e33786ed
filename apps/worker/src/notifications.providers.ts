import { dailyUnitsOf } from '@btcforecast/access';
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
  QuotaWatch,
  SecretRepository,
  UsageReader,
  WebhookSender,
} from '@btcforecast/notifications';
import { AddressPolicy, Clock, ENV, LOGGER, type Logger, SecretBox } from '@btcforecast/platform';
import { GuardedFetch } from '@btcforecast/platform/guarded-fetch';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotificationsMetrics } from './notifications.metrics.js';
import { NotificationsSchedule } from './notifications.schedule.js';
import { QuotaWatchSchedule } from './quota-watch.schedule.js';
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
    inject: [DataSource, MeasurementReader, UsageReader, AlertFeed, Clock, LOGGER],
    useFactory: (
      dataSource: DataSource,
      measurements: MeasurementReader,
      usage: UsageReader,
      feed: AlertFeed,
      clock: Clock,
      logger: Logger,
    ) => {
      const alerts = new AlertRepository(dataSource);
      return new AlertJudge({ dataSource, alerts, measurements, usage, feed, clock, logger });
    },
  },
  {
    provide: UsageReader,
    inject: [DataSource, ENV],
    useFactory: (dataSource: DataSource, env: WorkerEnv) =>
      new UsageReader(dataSource, (tier) => dailyUnitsOf(env.QUOTA_TIERS, tier)),
  },
  {
    provide: QuotaWatch,
    inject: [DataSource, UsageReader, Clock],
    useFactory: (dataSource: DataSource, usage: UsageReader, clock: Clock) =>
      new QuotaWatch(dataSource, usage, clock),
  },
  SecretRepository,
  MeasurementReader,
  DeliveryRepository,
  AttemptRepository,
  DeliveryDispatcher,
  DeliveryHousekeeping,
  WebhookSender,
  Deliverer,
  NotificationsSchedule,
  QuotaWatchSchedule,
  NotificationsMetrics,
];
