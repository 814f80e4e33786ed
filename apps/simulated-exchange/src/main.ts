import { isAppError } from '@btcforecast/platform/errors';
import {
  startSimulatedExchange,
  type MarketChoice,
  type SimulatedExchange,
} from '@btcforecast/simulated-exchange';
import { loadSimulatedExchangeEnv, type SimulatedExchangeEnv } from './simulated-exchange.env.js';

/** Of the Elastic Common Schema; see libs/platform/src/logging. */
const ECS_VERSION = '9.4.0';

/** One JSON line, as the services write them; the whole logger would weigh more than this process. */
function log(level: 'info' | 'warn' | 'fatal', message: string, fields: Record<string, unknown> = {}): void {
  const line = {
    'log.level': level,
    '@timestamp': new Date().toISOString(),
    'ecs.version': ECS_VERSION,
    'service.name': 'simulated-exchange',
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`labels.${name}`, value])),
    message,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function marketOf(env: SimulatedExchangeEnv): MarketChoice {
  if (env.SIM_MODE === 'demo') return { seed: env.SIM_SEED, instruments: env.INSTRUMENTS };
  if (env.SIM_FILES) return { files: env.SIM_FILES };
  if (env.SIM_FILE) return { file: env.SIM_FILE };
  log('fatal', 'a replay needs a file: set SIM_FILE');
  return process.exit(78);
}

async function start(env: SimulatedExchangeEnv): Promise<SimulatedExchange> {
  try {
    return await startSimulatedExchange({
      market: marketOf(env),
      speed: env.SIM_SPEED,
      from: env.SIM_FROM,
      stateFolder: env.SIM_STATE_DIR,
      host: env.SIM_HOST,
      port: env.SIM_PORT,
      onProblem: (error) => log('warn', 'the position could not be saved', { reason: String(error) }),
    });
  } catch (error) {
    log('fatal', error instanceof Error ? error.message : String(error));
    return process.exit(isAppError(error) && error.kind === 'caller' ? 78 : 1);
  }
}

const exchange = await start(loadSimulatedExchangeEnv());
const { url, feed, clock, market } = exchange;

let stopping = false;
function stop(reason: string): void {
  if (stopping) process.exit(1);
  stopping = true;
  log('info', 'shutting down', { reason });
  void exchange.close().then(() => process.exit(0));
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
if (process.send) process.on('disconnect', () => stop('supervisor gone'));

const END_CHECK_MS = 1_000;
const watching = setInterval(() => {
  if (!clock.ended) return;
  log('info', 'the replay has reached the end of its file; the market stands still', { at: clock.now() });
  clearInterval(watching);
}, END_CHECK_MS);

log('info', 'simulated exchange ready', {
  url,
  feed,
  mode: market.mode,
  interval: market.interval,
  at: clock.now(),
});
process.send?.({ type: 'ready', name: 'simulated-exchange', url, feed });
