/** npm run docs:generate: writes what is derived from the configuration schemas and the table of roles. Needs a build. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedTexts } from './env-docs.mjs';
import { withRoleTable } from './role-docs.mjs';
import { withEventCatalogue } from './webhook-docs.mjs';

const root = join(import.meta.dirname, '..');
const built = (path) => import(join(root, path));

const { describeEnv, PlatformEnv } = await built('libs/platform/dist/index.js');
const schemas = {
  gateway: (await built('apps/gateway/dist/gateway.env.js')).GatewayEnv,
  'market-data': (await built('apps/market-data/dist/market-data.env.js')).MarketDataEnv,
  prediction: (await built('apps/prediction/dist/prediction.env.js')).PredictionEnv,
  worker: (await built('apps/worker/dist/worker.env.js')).WorkerEnv,
  'simulated-exchange': (await built('apps/simulated-exchange/dist/simulated-exchange.env.js'))
    .SimulatedExchangeEnv,
  cli: (await built('apps/cli/dist/cli.env.js')).CliEnv,
};
const configuration = {
  common: describeEnv(PlatformEnv),
  apps: Object.entries(schemas).map(([name, schema]) => ({ name, variables: describeEnv(schema) })),
};
const read = (path) => readFileSync(join(root, path), 'utf8');
const { ROLE_PERMISSIONS } = await built('libs/access/dist/index.js');
const { PERMISSIONS, WEBHOOK_DATA } = await built('libs/contracts/dist/index.js');
const texts = {
  ...generatedTexts(configuration, read),
  'docs/access.md': withRoleTable(read('docs/access.md'), PERMISSIONS, ROLE_PERMISSIONS),
  'docs/webhooks.md': withEventCatalogue(read('docs/webhooks.md'), WEBHOOK_DATA),
};
for (const [path, text] of Object.entries(texts)) writeFileSync(join(root, path), text);
process.stdout.write(`wrote ${Object.keys(texts).join(', ')}\n`);
