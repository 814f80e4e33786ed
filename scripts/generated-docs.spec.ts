import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { WEBHOOK_DATA } from '../libs/contracts/src/index.js';
import { CliEnv } from '../apps/cli/src/cli.env.js';
import { GatewayEnv } from '../apps/gateway/src/gateway.env.js';
import { MarketDataEnv } from '../apps/market-data/src/market-data.env.js';
import { PredictionEnv } from '../apps/prediction/src/prediction.env.js';
import { SimulatedExchangeEnv } from '../apps/simulated-exchange/src/simulated-exchange.env.js';
import { WorkerEnv } from '../apps/worker/src/worker.env.js';
import { describeEnv, PlatformEnv } from '../libs/platform/src/index.js';
import { generatedTexts, variableTable } from './env-docs.mjs';
import { withEventCatalogue } from './webhook-docs.mjs';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const schemas = {
  gateway: GatewayEnv,
  'market-data': MarketDataEnv,
  prediction: PredictionEnv,
  worker: WorkerEnv,
  'simulated-exchange': SimulatedExchangeEnv,
  cli: CliEnv,
};
const configuration = {
  common: describeEnv(PlatformEnv),
  apps: Object.entries(schemas).map(([name, schema]) => ({ name, variables: describeEnv(schema) })),
};
const texts = Object.entries(generatedTexts(configuration, read));

describe('the catalogue of events', () => {
  it('is what npm run docs:generate writes, and says what every field is', () => {
    const page = read('docs/webhooks.md');
    expect(withEventCatalogue(page, WEBHOOK_DATA)).toBe(page);
    for (const type of Object.keys(WEBHOOK_DATA)) expect(page).toContain(`#### \`${type}\``);
    expect(page).not.toMatch(/undefined|holds ;/);
  });
});

describe('the documents of the configuration', () => {
  it.each(texts)('%s is what npm run docs:generate writes', (path, text) => {
    expect(read(path)).toBe(text);
  });

  it('describe every variable', () => {
    const variables = [...configuration.common, ...configuration.apps.flatMap(({ variables: each }) => each)];
    expect(variables.filter(({ description }) => description === '').map(({ name }) => name)).toEqual([]);
  });

  it('show no value of a secret', () => {
    const variable = {
      name: 'A_TOKEN',
      default: undefined,
      required: true,
      description: 'Secret',
      secret: true,
    };
    expect(variableTable([variable])).toContain('| `A_TOKEN` | required | Secret  |');
  });
});
