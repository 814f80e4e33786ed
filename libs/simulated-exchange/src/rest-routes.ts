import { INTERVALS, type Interval } from '@btcforecast/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { exchangeInfo } from './exchange-info.js';
import type { Faults } from './faults.js';
import { klineRow, selectKlines } from './klines.js';
import type { Listing } from './listed-markets.js';
import type { MarketRun } from './simulated-market.js';
import type { SimulationClock } from './simulation-clock.js';

export interface Exchange {
  /** All instruments as one. */
  readonly run: MarketRun;
  readonly listings: readonly Listing[];
  readonly clock: SimulationClock;
  readonly faults: Faults;
}

type Query = Readonly<Record<string, string>>;

const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 1_000;
/** Weights of requests, which the exchange adds up over a minute and reports. */
const WEIGHTS: Readonly<Record<string, number>> = { '/api/v3/klines': 2, '/api/v3/exchangeInfo': 20 };

/** An error as the exchange words it. */
class ExchangeError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Binance's public market-data API, as far as candles need it. */
export function addRestRoutes(server: FastifyInstance, exchange: Exchange): void {
  const { run, listings, clock, faults } = exchange;
  addWeightHeader(server);
  addFaults(server, faults);
  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof ExchangeError) return reply.code(400).send({ code: error.code, msg: error.message });
    return reply
      .code(500)
      .send({ code: -1000, msg: 'An unknown error occurred while processing the request.' });
  });
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: -1100, msg: 'Unknown path.' }));
  server.get('/api/v3/ping', () => ({}));
  server.get('/api/v3/time', () => ({ serverTime: clock.now() }));
  server.get('/api/v3/exchangeInfo', () =>
    exchangeInfo(
      listings.map(({ symbol }) => symbol),
      clock.now(),
    ),
  );
  server.get<{ Querystring: Query }>('/api/v3/klines', ({ query }) => klines(exchange, query));
  server.get('/sim/clock', () => ({
    now: clock.now(),
    speed: clock.speed(),
    ends: run.endsAt,
    ended: clock.ended,
    feed: run.feed,
    mode: run.mode,
    interval: run.interval,
  }));
}

function klines({ listings, clock, faults }: Exchange, query: Query): (string | number)[][] {
  if (!query['symbol']) throw missing('symbol');
  if (!query['interval']) throw missing('interval');
  const market = listings.find(({ symbol }) => symbol.id === query['symbol'])?.market;
  if (!market) throw new ExchangeError(-1121, 'Invalid symbol.');
  const interval = INTERVALS.find((known) => known === query['interval']);
  if (!interval || !market.sourceOf(interval)) throw new ExchangeError(-1120, 'Invalid interval.');
  const selected = selectKlines(
    market,
    {
      interval,
      startTime: integer(query, 'startTime'),
      endTime: integer(query, 'endTime'),
      limit: Math.min(MAX_LIMIT, limitOf(query)),
    },
    clock.now(),
  );
  const shown = faults.candles ? faults.candles(selected, interval) : selected;
  return shown.map((candle) => klineRow(candle, interval as Interval));
}

function limitOf(query: Query): number {
  const limit = integer(query, 'limit') ?? DEFAULT_LIMIT;
  if (limit < 1) throw new ExchangeError(-1130, "Data sent for parameter 'limit' is not valid.");
  return limit;
}

function integer(query: Query, name: string): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ExchangeError(
    -1100,
    `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
  );
}

function missing(name: string): ExchangeError {
  return new ExchangeError(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );
}

/** The weight used within the minute, as clients of the exchange read it to slow down in time. */
function addWeightHeader(server: FastifyInstance): void {
  let minute = 0;
  let used = 0;
  server.addHook('onRequest', (request, reply, done) => {
    const now = Math.floor(performance.now() / 60_000);
    used = now === minute ? used : 0;
    minute = now;
    used += WEIGHTS[request.routeOptions.url ?? ''] ?? 1;
    reply.header('x-mbx-used-weight-1m', String(used));
    done();
  });
}

function addFaults(server: FastifyInstance, faults: Faults): void {
  server.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (!request.url.startsWith('/api')) return;
    if (faults.hangs) await new Promise(() => undefined);
    const [path = ''] = request.url.split('?');
    const fault = faults.reply?.(path, request.query as Query);
    if (!fault) return;
    await reply
      .code(fault.status)
      .headers({ 'content-type': 'application/json', ...fault.headers })
      .send(fault.body);
  });
}
