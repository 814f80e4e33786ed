import type { AddressInfo } from 'node:net';
import { AppError } from '@btcforecast/platform/errors';
import fastify from 'fastify';
import type { Faults } from './faults.js';
import { KlineStreams } from './kline-streams.js';
import { joinedRun, openListings, type MarketChoice } from './listed-markets.js';
import { addRestRoutes } from './rest-routes.js';
import { SavedPosition } from './saved-position.js';
import type { MarketRun } from './simulated-market.js';
import { SimulationClock } from './simulation-clock.js';

export interface SimulatedExchangeOptions {
  readonly market: MarketChoice;
  /** Simulated seconds per second, above 0. */
  readonly speed: number;
  /** Simulated instant at which the run begins, ms; default: where the market says. */
  readonly from?: number | undefined;
  /** Folder for the position of the run; without one each start begins anew. */
  readonly stateFolder?: string | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** For tests; see Faults. */
  readonly faults?: Faults;
  /** Milliseconds since the epoch; default: the wall clock. */
  readonly wallNow?: () => number;
  /** Told when the position could not be saved. */
  readonly onProblem?: ((error: unknown) => void) | undefined;
}

export interface SimulatedExchange {
  /** Address of the HTTP half; the WebSocket half is the same with ws: instead of http:. */
  readonly url: string;
  readonly feed: string;
  readonly market: MarketRun;
  readonly clock: SimulationClock;
  close(): Promise<void>;
}

const SAVE_MS = 1_000;

/**
 * Starts a small server that speaks Binance's public market-data API over files of candles or a synthetic market.
 *
 * @throws AppError caller import.bad_file when a file cannot be replayed; caller config.invalid when the start lies
 *   outside the market
 */
export async function startSimulatedExchange(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
  const { host = '127.0.0.1', port = 0, wallNow = Date.now, faults = {} } = options;
  const listings = await openListings(options.market);
  const market = joinedRun(listings);
  checkStart(market, options.from, wallNow());
  const saved = savedPosition(options, market);
  const position = saved?.find() ?? options.from ?? market.startAt(wallNow());
  const clock = new SimulationClock(market, { position, speed: options.speed, wallNow });
  const server = fastify({ forceCloseConnections: true });
  const exchange = { run: market, listings, clock, faults };
  addRestRoutes(server, exchange);
  await server.listen({ host, port });
  const streams = new KlineStreams(server.server, exchange);
  const save = saver(saved, clock, options.onProblem);
  save();
  const saving = setInterval(save, SAVE_MS);
  return {
    url: urlOf(server.server.address() as AddressInfo),
    feed: market.feed,
    market,
    clock,
    close: async () => {
      clearInterval(saving);
      save();
      streams.close();
      await server.close();
    },
  };
}

function savedPosition(options: SimulatedExchangeOptions, market: MarketRun): SavedPosition | undefined {
  return options.stateFolder
    ? new SavedPosition(options.stateFolder, market, options.from ?? null)
    : undefined;
}

/** A position that cannot be saved now is saved a second later; the market does not stop for it. */
function saver(
  saved: SavedPosition | undefined,
  clock: SimulationClock,
  onProblem: ((error: unknown) => void) | undefined,
): () => void {
  return () => {
    try {
      saved?.save(clock.now());
    } catch (error) {
      onProblem?.(error);
    }
  };
}

function urlOf({ address, port }: AddressInfo): string {
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function checkStart(market: MarketRun, from: number | undefined, wallNowMs: number): void {
  if (from === undefined) return;
  const last = market.endsAt ?? wallNowMs;
  if (from >= market.firstOpenTime && from < last) return;
  const span = `${new Date(market.firstOpenTime).toISOString()} to ${new Date(last).toISOString()}`;
  const message = `the market cannot start at ${new Date(from).toISOString()}: it spans ${span}; choose an instant within`;
  throw new AppError('caller', 'config.invalid', message);
}
