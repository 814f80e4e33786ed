import 'reflect-metadata';
import { bootstrapService, loadServiceEnv } from '@btcforecast/platform';
import { WorkerEnv } from './worker.env.js';
import { WorkerModule } from './worker.module.js';

const configuration = await loadServiceEnv('worker', WorkerEnv);
await bootstrapService({ name: 'worker', module: WorkerModule, ...configuration });
