import { type DynamicModule, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { cacheRedisUrl, type PlatformEnv } from '../config/platform.env.js';
import { followInstances } from '../consul/discovery.js';
import { createEventBus } from '../events/create-event-bus.js';
import { EventBus } from '../events/event-bus.js';
import { Closers } from '../lifecycle/closers.js';
import { HealthRegistry } from '../health/health-registry.js';
import { createLogger, type Logger } from '../logging/create-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { JobQueues } from '../queues/job-queues.js';
import { RpcClient } from '../rpc/rpc-client.js';
import { RpcLoad } from '../rpc/rpc-load.js';
import { rpcTls } from '../rpc/rpc-tls.js';
import { RpcCancelController, RunningCalls } from '../rpc/running-calls.js';
import { Clock } from '../time/clock.js';
import type { Vault } from '../vault/vault.js';
import { ENV, LOGGER, VAULT } from './tokens.js';

export interface PlatformOptions {
  /** Name of the service, e.g. `market-data`. */
  readonly name: string;
  readonly env: PlatformEnv;
  readonly vault?: Vault | undefined;
  /** Default: made from the name and the configuration, as all of these. */
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly health?: HealthRegistry;
  readonly clock?: Clock;
  /** Gets what this module opens; closed with the app. */
  readonly closers?: Closers;
}

/** Last of all, when jobs and calls have ended. */
@Injectable()
class PlatformCloser implements OnApplicationShutdown {
  constructor(private readonly closers: Closers) {}

  onApplicationShutdown(): Promise<void> {
    return this.closers.closeAll();
  }
}

function eventBus(env: PlatformEnv, logger: Logger, metrics: Metrics): EventBus {
  const lost = metrics.counter('events_lost_total', 'Events not sent: the transport was away', ['event']);
  const bus = createEventBus({
    databaseUrl: env.DATABASE_URL,
    redisUrl: cacheRedisUrl(env),
    logger,
    onLost: (event) => lost.inc({ event }),
  });
  metrics.gauge('events_flowing', '1 while events arrive, else 0', [], (gauge) => {
    gauge.set(bus.flowing ? 1 : 0);
  });
  return bus;
}

/** Beside the time of the scrape it shows a clock that is wrong: leases, tokens and signatures depend on it. */
function showClock(metrics: Metrics, clock: Clock): void {
  metrics.gauge(
    'service_clock_seconds',
    'What the clock of the service says, seconds since 1970',
    [],
    (gauge) => gauge.set(clock.now() / 1_000),
  );
}

type RpcParts = Required<Pick<PlatformOptions, 'env' | 'logger' | 'metrics' | 'clock' | 'closers'>>;

async function rpcClient(
  name: string,
  { env, logger, metrics, clock, closers }: RpcParts,
): Promise<RpcClient> {
  const client = new RpcClient({
    addresses: { 'market-data': env.RPC_ADDRESSES_MARKET_DATA, prediction: env.RPC_ADDRESSES_PREDICTION },
    token: env.RPC_TOKEN,
    caller: name,
    tls: rpcTls(env),
    clock,
    logger,
    metrics,
  });
  closed(closers, client);
  const following = await followInstances(client, env, logger);
  if (following) closers.add(() => following.close());
  return client;
}

/** Makes something that must be closed at the end. */
function closed<T extends { close(): void | Promise<void> }>(closers: Closers, made: T): T {
  closers.add(() => made.close());
  return made;
}

/**
 * What every service needs, everywhere: ENV, LOGGER, Clock, Metrics, HealthRegistry, EventBus, RpcClient,
 * JobQueues, and Closers for what else must be closed last. Whether events and queues run on PostgreSQL or on
 * Redis is decided here and nowhere else.
 */
@Module({})
export class PlatformModule {
  static forService(options: PlatformOptions): DynamicModule {
    const { name, env } = options;
    const logger =
      options.logger ??
      createLogger(name, { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY, region: env.REGION });
    const metrics = options.metrics ?? new Metrics({ service: name, region: env.REGION });
    const clock = options.clock ?? new Clock();
    const closers = options.closers ?? new Closers();
    showClock(metrics, clock);
    options.vault?.showIn(metrics);
    return {
      module: PlatformModule,
      global: true,
      controllers: [RpcCancelController],
      providers: [
        { provide: ENV, useValue: env },
        { provide: VAULT, useValue: options.vault ?? null },
        { provide: LOGGER, useValue: logger },
        { provide: Metrics, useValue: metrics },
        { provide: HealthRegistry, useValue: options.health ?? new HealthRegistry() },
        { provide: Clock, useValue: clock },
        { provide: Closers, useValue: closers },
        RpcLoad,
        RunningCalls,
        { provide: EventBus, useFactory: () => closed(closers, eventBus(env, logger, metrics)) },
        {
          provide: RpcClient,
          useFactory: () => rpcClient(name, { env, logger, metrics, clock, closers }),
        },
        { provide: JobQueues, useFactory: () => closed(closers, new JobQueues(env, logger)) },
        PlatformCloser,
      ],
      exports: [
        ENV,
        VAULT,
        LOGGER,
        Metrics,
        HealthRegistry,
        Clock,
        Closers,
        RpcLoad,
        RunningCalls,
        EventBus,
        RpcClient,
        JobQueues,
      ],
    };
  }
}
