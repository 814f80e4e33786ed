/** The gateway alone, on a database, with its streams; nothing behind it is asked for what it streams here. */
import { join } from 'node:path';
import { createLogger, parseEnv } from '@btcforecast/platform';
import { root } from '../../../scripts/ensure-installed.mjs';

process.once('message', async ({ env }) => {
  const { GatewayEnv } = await import(join(root, 'apps/gateway/dist/gateway.env.js'));
  const { startGateway } = await import(join(root, 'apps/gateway/dist/start-gateway.js'));
  const logger = createLogger('gateway', { level: 'silent' });
  const { port } = await startGateway({ env: parseEnv(GatewayEnv, env), logger });
  process.send({ port });
});
process.once('disconnect', () => process.exit(0));
