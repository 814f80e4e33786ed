import 'reflect-metadata';
import { bootstrapService, loadEnv } from '@btcforecast/platform';
import { PredictionEnv } from './prediction.env.js';
import { PredictionModule } from './prediction.module.js';

await bootstrapService({ name: 'prediction', module: PredictionModule, env: loadEnv(PredictionEnv) });
