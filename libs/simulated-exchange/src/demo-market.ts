import { DEFAULT_INSTRUMENT, INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Candle } from '@btcforecast/timeseries';
import { aggregate } from './aggregate.js';
import { DEMO_EPOCH, DemoHours, seasonAt, type DemoHour } from './demo-hours.js';
import { Random } from './random.js';
import type { SimulatedMarket } from './simulated-market.js';

const MINUTES = 60;
/** A run begins this long ago and moves quickly until it meets the present. */
const LEAD_MS = 30 * DAY_MS;
/** Typical trade of a minute, base currency. */
const MINUTE_VOLUME = 12;
/** Keeps minute draws apart from hour draws of one seed. */
const MINUTES_STREAM = 1;

/** Prices about which the demo's instruments move, so that each looks like itself. */
const CENTRE_PRICES: Readonly<Record<string, number>> = {
  'BTC-USD': 60_000,
  'ETH-USD': 3_000,
  'SOL-USD': 150,
};
const OTHER_CENTRE_PRICE = 100;

/**
 * A synthetic market without end, the same for every machine that names the same seed. Each instrument has random
 * numbers of its own, so it is the same whatever else is traded.
 */
export function createDemoMarket(
  marketSeed: number,
  instrument: string = DEFAULT_INSTRUMENT,
): SimulatedMarket {
  const seed = instrument === DEFAULT_INSTRUMENT ? marketSeed : seedOf(marketSeed, instrument);
  const hours = new DemoHours(seed, CENTRE_PRICES[instrument] ?? OTHER_CENTRE_PRICE);
  const hourly = new Map<number, Candle>();
  const minutesOf = (index: number) => minutesOfHour(seed, index, hours.at(index));
  const hourOf = (index: number): Candle => {
    let candle = hourly.get(index);
    if (!candle) {
      candle = aggregate(DEMO_EPOCH + index * HOUR_MS, minutesOf(index));
      hourly.set(index, candle);
    }
    return candle;
  };
  return {
    mode: 'demo',
    feed: 'demo',
    interval: '1m',
    firstOpenTime: DEMO_EPOCH,
    endsAt: null,
    key: `seed-${marketSeed}`,
    startAt: (wallNowMs) => Math.max(DEMO_EPOCH, Math.floor((wallNowMs - LEAD_MS) / HOUR_MS) * HOUR_MS),
    sourceOf: (wanted) => (INTERVAL_MS[wanted] >= HOUR_MS ? '1h' : '1m'),
    candles: (stored: Interval, from, to) => {
      const first = Math.max(0, Math.floor((from - DEMO_EPOCH) / HOUR_MS));
      const end = Math.max(first, Math.ceil((to - DEMO_EPOCH) / HOUR_MS));
      const indexes = Array.from({ length: end - first }, (_hour, i) => first + i);
      const candles = stored === '1h' ? indexes.map(hourOf) : indexes.flatMap(minutesOf);
      return candles.filter(({ openTime }) => openTime >= from && openTime < to);
    },
  };
}

/** Another seed for each instrument; from its name, so that the order of a list does not matter. */
function seedOf(marketSeed: number, instrument: string): number {
  const letters = [...instrument].map((letter) => letter.codePointAt(0) ?? 0);
  return Math.floor(new Random(marketSeed, ...letters).uniform() * 2 ** 32);
}

/** Sixty minutes that begin and end where the hour does: a random walk bent onto its end (a bridge). */
function minutesOfHour(seed: number, index: number, hour: DemoHour): Candle[] {
  const random = new Random(seed, index, MINUTES_STREAM);
  const minuteSigma = hour.sigma / Math.sqrt(MINUTES);
  const walk = [0];
  for (let i = 1; i <= MINUTES; i++) walk.push(walk[i - 1]! + minuteSigma * random.fatTailed()); // i - 1 is there
  const bend = Math.log(hour.close / hour.open) - walk[MINUTES]!;
  const priceAt = (i: number) => hour.open * Math.exp(walk[i]! + (bend * i) / MINUTES);
  const prices = walk.map((_step, i) => (i === MINUTES ? hour.close : cents(priceAt(i))));
  const openTime = DEMO_EPOCH + index * HOUR_MS;
  const lively = seasonAt(openTime) * (hour.sigma / 0.006);
  return Array.from({ length: MINUTES }, (_minute, i) =>
    minute(openTime + i * MINUTE_MS, [prices[i]!, prices[i + 1]!], minuteSigma, lively, random),
  );
}

function minute(
  openTime: number,
  [open, close]: readonly [number, number],
  sigma: number,
  lively: number,
  random: Random,
): Candle {
  const reach = () => 1 + 0.5 * sigma * Math.abs(random.normal());
  return {
    openTime,
    open,
    high: Math.max(open, close, cents(Math.max(open, close) * reach())),
    low: Math.min(open, close, cents(Math.min(open, close) / reach())),
    close,
    volume: Math.round(MINUTE_VOLUME * lively * Math.exp(0.6 * random.normal()) * 1e5) / 1e5,
  };
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}
