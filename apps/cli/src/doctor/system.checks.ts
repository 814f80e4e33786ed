import { once } from 'node:events';
import { createServer } from 'node:net';
import { ForecastReply, InstrumentsReply, type Source } from '@btcforecast/contracts';
import { askGateway, gatewayTarget } from '../gateway/ask-gateway.js';
import type { RunningSystem } from '../running-system.js';
import { type Check, ok, type Outcome, skipped, wrong } from './check.js';

const DEFAULT_PORT = 3000;
const TIMEOUT_MS = 3_000;
const HOUR_MS = 3_600_000;
/** In event time. A replay or a demo may run thousands of times faster than the clock that asks. */
const FRESH_HOURS: Readonly<Record<Source, number>> = { live: 2, replay: 48, demo: 48 };

/** What runs, if it runs. */
export function systemChecks(system: RunningSystem | null, dataDir: string): Check[] {
  if (!system) {
    const idle = (name: string): Check => ({ name, run: () => skipped(`nothing runs on ${dataDir}`) });
    return [
      { name: 'port', run: checkPort },
      ...['services', 'database', 'gateway', 'candles', 'forecasts', 'gaps'].map(idle),
    ];
  }
  return [
    { name: 'services', run: () => checkServices(system) },
    {
      name: 'database',
      run: async () => (await import('./database.check.js')).checkDatabase(system.databaseUrl),
    },
    { name: 'gateway', run: () => checkGateway(system) },
    { name: 'candles', run: () => ofEach(checkCandles) },
    { name: 'forecasts', run: () => ofEach(checkForecasts) },
    { name: 'gaps', run: () => ofEach(checkGaps) },
  ];
}

async function checkPort(): Promise<Outcome> {
  const server = createServer().listen(DEFAULT_PORT, '127.0.0.1');
  try {
    await once(server, 'listening');
    return ok(`${DEFAULT_PORT} is free`);
  } catch {
    return wrong(`${DEFAULT_PORT} is taken by another program`, 'start with npm start -- --port N');
  } finally {
    server.close();
  }
}

async function checkServices({ internalPorts }: RunningSystem): Promise<Outcome> {
  const answers = await Promise.all(
    Object.entries(internalPorts).map(async ([name, port]) => ({ name, reason: await unreadyReason(port) })),
  );
  const unready = answers.filter(({ reason }) => reason !== undefined);
  if (unready.length === 0) return ok(answers.map(({ name }) => name).join(', '));
  const text = unready.map(({ name, reason }) => `${name} ${reason}`).join('; ');
  return wrong(text, 'a service that dies is started again; if it stays so, read its log in the data folder');
}

/** Why a service is not ready; undefined when it is. */
async function unreadyReason(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return undefined;
    const { checks = {} } = (await response.json()) as { checks?: Record<string, string> };
    const failing = Object.entries(checks).filter(([, outcome]) => outcome !== 'ok');
    return failing.length === 0
      ? 'is not ready yet'
      : `is not ready: ${failing.map(([name, outcome]) => `${name}: ${outcome}`).join(', ')}`;
  } catch {
    return 'does not answer';
  }
}

const instruments = async () =>
  (await askGateway(gatewayTarget({}), '/v1/instruments', InstrumentsReply)).data;

type Instrument = InstrumentsReply['data'][number];

/** The worst that was found of any instrument that is served, else what was found of all. */
async function ofEach(check: (instrument: Instrument) => Promise<Outcome>): Promise<Outcome> {
  const found: Outcome[] = [];
  for (const instrument of await instruments()) {
    const outcome = await check(instrument);
    found.push({ ...outcome, text: `${instrument.id}: ${outcome.text}` });
  }
  const worst =
    found.find(({ state }) => state === 'wrong') ?? found.find(({ state }) => state === 'skipped');
  return worst ?? ok(found.map(({ text }) => text).join('; '));
}

async function checkGateway({ gatewayUrl, source }: RunningSystem): Promise<Outcome> {
  await instruments();
  return ok(`${gatewayUrl} answers with the operator's key (source ${source})`);
}

async function checkCandles({ lastCandleAt, marketTime, source, venue }: Instrument): Promise<Outcome> {
  if (lastCandleAt === null)
    return wrong('there is none yet', 'wait a minute after the start; then read market-data.log');
  if (marketTime === null) return wrong('the time of the market is unknown', 'read market-data.log');
  const hours = (Date.parse(marketTime) - Date.parse(lastCandleAt)) / HOUR_MS;
  const text = `the newest hour of ${venue} closed at ${lastCandleAt}`;
  if (hours <= FRESH_HOURS[source]) return ok(text);
  return wrong(`${text}, ${hours.toFixed(1)} hours before ${marketTime}`, 'read market-data.log');
}

async function checkForecasts({ id, lastCandleAt, source }: Instrument): Promise<Outcome> {
  const path = `/v1/forecasts/${id}?horizon=1h`;
  const { origin, model } = await askGateway(gatewayTarget({}), path, ForecastReply);
  const hours = lastCandleAt === null ? 0 : (Date.parse(lastCandleAt) - Date.parse(origin)) / HOUR_MS;
  const text = `the newest, by ${model.name}@${model.version}, is from ${origin}`;
  if (hours <= FRESH_HOURS[source]) return ok(text);
  return wrong(`${text}, ${hours.toFixed(1)} hours behind the candles`, 'read prediction.log');
}

async function checkGaps({ openGaps }: Instrument): Promise<Outcome> {
  if (openGaps === 0) return ok('none open');
  return skipped(`${openGaps} missing ranges are being repaired; btcf data gaps lists them`);
}
