import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@btcforecast/testing';
import type { RunningSystem } from './running-system.js';

const HORIZONS = ['1h', '4h', '24h', '168h'];
const LEVELS = ['0.05', '0.1', '0.25', '0.5', '0.75', '0.9', '0.95'];

export interface ServedForecast {
  readonly id: string;
  readonly origin: string;
  readonly horizon: string;
  readonly quantiles: Readonly<Record<string, number>>;
  readonly model: { readonly name: string; readonly version: number };
}

export interface BacktestRequest {
  /** A file of candles. */
  readonly data: string;
  readonly every: string;
  readonly batch: string;
}

export const keyOf = ({ origin, horizon }: ServedForecast) => `${Date.parse(origin)} ${horizon}`;
export const numbersOf = ({ quantiles }: ServedForecast) =>
  LEVELS.map((level) => String(quantiles[level])).join(',');

/** All that the API has of the past, of every horizon. */
export async function servedForecasts(system: RunningSystem): Promise<ServedForecast[]> {
  const pages = await Promise.all(
    HORIZONS.map((horizon) => system.get(`/v1/forecasts/BTC-USD/history?horizon=${horizon}&limit=1000`)),
  );
  return pages.flatMap(({ body }) => body.data as ServedForecast[]);
}

/** Shortest decimals of each quantile, by origin and horizon, as `btcf backtest` writes them for the same origins. */
export async function backtestOf(
  { folder }: RunningSystem,
  served: readonly ServedForecast[],
  { data, every, batch }: BacktestRequest,
): Promise<Map<string, string>> {
  const origins = served.map(({ origin }) => Date.parse(origin));
  const { name, version } = served[0]!.model;
  const out = join(folder, `backtest-${every}-${batch}.csv`);
  await promisify(execFile)(process.execPath, [
    join(repositoryRoot, 'apps', 'cli', 'bin', 'btcf.mjs'),
    'backtest',
    ...['--data', data, '--every', every, '--batch', batch, '--out', out],
    ...['--from', new Date(Math.min(...origins)).toISOString()],
    ...['--to', new Date(Math.max(...origins)).toISOString()],
    ...['--model', `${name}@${version}`, '--refit', 'none'],
  ]);
  const [, ...rows] = readFileSync(out, 'utf8').trim().split('\n');
  return new Map(
    rows.map((row) => {
      const [origin, hours, ...quantiles] = row.split(',');
      return [`${origin} ${hours}h`, quantiles.join(',')];
    }),
  );
}
