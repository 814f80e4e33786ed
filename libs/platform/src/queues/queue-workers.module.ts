import { BullModule, BullRegistrar, Processor, WorkerHost } from '@nestjs/bullmq';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, Reflector } from '@nestjs/core';
import { setDefaultBackendFactory } from 'bullmq';
import type { Counter } from 'prom-client';
import type { PlatformEnv } from '../config/platform.env.js';
import { AppError } from '../errors/app-error.js';
import type { Logger } from '../logging/create-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { ENV, LOGGER } from '../nest/tokens.js';
import { closeWorker } from './close-in-time.js';
import { watchWorker, workerOptions } from './create-worker.js';
import { assertHandlersComplete, type JobHandlers } from './job-handlers.js';
import { JobRunner } from './job-runner.js';
import { PROCESSED_QUEUE, type ProcessedQueue } from './queue-processor.decorator.js';
import type { ProcessesJobs } from './queues.module.js';
import { queueConnection } from './queue-connection.js';

@Injectable()
class QueueWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #hosts: WorkerHost[] = [];
  readonly #stalled: Counter<'queue'>;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly registrar: BullRegistrar,
    private readonly runner: JobRunner,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.#stalled = metrics.counter(
      'queue_jobs_stalled_total',
      'Jobs taken over from a process that was gone',
      ['queue'],
    );
  }

  /** Checks first, then starts: no job runs in a worker that lacks half of its handlers. */
  onApplicationBootstrap(): void {
    this.#hosts = this.discovery
      .getProviders()
      .map((wrapper): unknown => wrapper.instance)
      .filter((instance) => instance instanceof WorkerHost);
    assertHandlersComplete(this.#hosts.map(handlersOf));
    this.#hosts.forEach(markForNest);
    this.registrar.register();
    for (const { worker } of this.#hosts) {
      const labels = { queue: worker.name };
      this.#stalled.inc(labels, 0); // a series that begins at its first count shows no increase
      watchWorker(worker, this.logger, () => this.#stalled.inc(labels));
    }
  }

  /** Before connections are closed: running jobs get the time to end, no new one starts. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => closeWorker(host.worker, this.runner, this.logger)));
  }
}

function handlersOf(host: WorkerHost): JobHandlers {
  const { handlers } = host as WorkerHost & Partial<ProcessesJobs>;
  if (handlers) return handlers;
  throw new AppError(
    'bug',
    'internal.bug',
    `${host.constructor.name} has no property handlers: see QueuesModule`,
  );
}

/** Tells Nest of the queue, after making sure that it is the one whose jobs the class handles. */
function markForNest(host: WorkerHost): void {
  const { queue } = handlersOf(host);
  const mark = new Reflector().get<ProcessedQueue | undefined>(PROCESSED_QUEUE, host.constructor);
  if (mark?.queue !== queue) {
    const name = host.constructor.name;
    throw new AppError(
      'bug',
      'internal.bug',
      `${name} handles ${queue} but is marked for ${mark?.queue}: write @QueueProcessor('${queue}')`,
    );
  }
  Processor(queue, workerOptions(queue, mark.options))(host.constructor);
}

/** The heavy half of QueuesModule, loaded only by a process that runs jobs. */
@Module({})
export class QueueWorkersModule {
  static create(): DynamicModule {
    return {
      module: QueueWorkersModule,
      global: true,
      imports: [
        DiscoveryModule,
        BullModule.forRootAsync({
          inject: [ENV],
          useFactory: (env: PlatformEnv) => {
            const { backend, options } = queueConnection(env, 'worker');
            // Nest gives no other way to choose the backend of the workers that it makes.
            setDefaultBackendFactory(backend);
            return options;
          },
          extraOptions: { manualRegistration: true },
        }),
        BullModule.registerQueue(), // no queue, but the registrar that makes workers
      ],
      providers: [
        QueueWorkers,
        {
          provide: JobRunner,
          inject: [LOGGER, Metrics],
          useFactory: (logger: Logger, metrics: Metrics) => new JobRunner(logger, metrics),
        },
      ],
      exports: [JobRunner],
    };
  }
}
