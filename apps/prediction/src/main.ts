import 'reflect-metadata';
import { bootstrapService, loadServiceEnv } from '@btcforecast/platform';
import { PredictionEnv } from './prediction.env.js';
import { PredictionModule } from './prediction.module.js';

const configuration = await loadServiceEnv('prediction', PredictionEnv);
await bootstrapService({ name: 'prediction', module: PredictionModule, ...configuration });
