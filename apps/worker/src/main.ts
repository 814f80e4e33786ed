import 'reflect-metadata';
import { bootstrapService, loadEnv } from '@btcforecast/platform';
import { WorkerEnv } from './worker.env.js';
import { WorkerModule } from './worker.module.js';

await bootstrapService({ name: 'worker', module: WorkerModule, env: loadEnv(WorkerEnv) });
