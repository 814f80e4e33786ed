/**
 * A small service for tests that need a process: it answers market_data.repair_gap and runs the job repair_gap,
 * both with a query. Asked for `job` it adds that job; asked for `relay` it asks itself for `job`. Plain
 * JavaScript over the built library, because such a process runs without Jest.
 */
import { createRequire } from 'node:module';
import {
  bootstrapService,
  jobHandlers,
  JobQueues,
  JobRunner,
  loadEnv,
  Metrics,
  PlatformEnv,
  Rpc,
  RpcClient,
} from '@btcforecast/platform';
import { createWorker } from '../../dist/queues/create-worker.js';
import { marketDataRpc } from '@btcforecast/contracts';
import { Controller, Module } from '@nestjs/common';
import pg from 'pg';

const env = loadEnv(PlatformEnv);
const pool = new pg.Pool({ connectionString: env.DATABASE_URL, max: 2 });

class GapController {
  static inject = [JobQueues, RpcClient];

  constructor(jobs, rpc) {
    this.jobs = jobs;
    this.rpc = rpc;
  }

  async repair({ gapId }) {
    if (gapId === 'relay') return this.rpc.call(marketDataRpc.repairGap, { gapId: 'job' });
    const [, seconds = '0'] = gapId.split('/');
    await pool.query('SELECT pg_sleep($1)', [Number(seconds)]);
    if (gapId === 'job') await this.jobs.add('data_processing', 'repair_gap', { gapId });
    return { state: 'repaired', candles: 1 };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(GapController.prototype, 'repair');
Rpc(marketDataRpc.repairGap)(GapController.prototype, 'repair', descriptor);
Reflect.defineMetadata('design:paramtypes', GapController.inject, GapController);
Controller()(GapController);
class ServiceModule {}
Module({ controllers: [GapController] })(ServiceModule);

const { app, logger } = await bootstrapService({ name: 'program', module: ServiceModule, env });

const handlers = jobHandlers('data_processing', {
  repair_gap: () => pool.query('SELECT 2 AS in_a_job'),
  backfill: async () => undefined,
});
const runner = new JobRunner(logger, app.get(Metrics));
const worker = createWorker(handlers, env, { runner, logger });
await worker.waitUntilReady();
process.send?.({ type: 'working' });

process.on('message', (message) => {
  if (message === 'reject') void Promise.reject(new Error('nobody catches this'));
  if (message === 'modules') {
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    process.send?.({ type: 'modules', tracing: loaded.some((file) => file.includes('opentelemetry/sdk')) });
  }
});
