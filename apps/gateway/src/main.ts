import {
  announceReady,
  createLogger,
  exitOnFailedStart,
  exitOnSignal,
  exitOnUncaught,
  loadServiceEnv,
} from '@btcforecast/platform';
import { GatewayEnv } from './gateway.env.js';
import { startGateway } from './start-gateway.js';

const { env, vault } = await loadServiceEnv('gateway', GatewayEnv);
const logger = createLogger('gateway', { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY, region: env.REGION });
exitOnUncaught(logger);
const starting = startGateway({ env, vault, logger });
exitOnSignal(logger, starting);
try {
  const { port, internalPort } = await starting;
  logger.info({ port, internalPort, source: env.MARKET_SOURCE, feed: env.MARKET_FEED }, 'service ready');
  announceReady({ name: 'gateway', port, internalPort });
} catch (error) {
  exitOnFailedStart(logger, error);
}
