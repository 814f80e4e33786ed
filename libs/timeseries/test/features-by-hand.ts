import type { Candle } from '../src/candle.js';

const HOUR = 3_600_000;
const WINDOW = 18_240;

/**
 * The features by their definition, slowly and another way than the library's: candles in a map by their open time,
 * means over arrays, hours of the week from the calendar.
 */
export function featuresByHand(candles: readonly Candle[], origin: number) {
  const byTime = new Map(
    candles
      .filter(({ openTime }) => openTime < origin && openTime >= origin - WINDOW * HOUR)
      .map((candle) => [candle.openTime, candle]),
  );
  const variances = new Map(
    [...byTime].map(([time, candle]) => [time, varianceOf(candle, byTime.get(time - HOUR))]),
  );
  const squares = new Map(
    [...byTime]
      .filter(([time]) => byTime.has(time - HOUR))
      .map(([time, { close }]) => [time, Math.log(close / byTime.get(time - HOUR)!.close) ** 2]),
  );
  const season = seasonOf(variances, Math.floor(origin / 86_400_000) * 86_400_000);
  const times = (hours: number): number[] => Array.from({ length: hours }, (_, i) => origin - (i + 1) * HOUR);
  const deseasonalised = (values: Map<number, number>, hours: number): number => {
    const present = times(hours).filter((time) => values.has(time));
    return Math.sqrt(mean(present.map((time) => values.get(time)! / season[hourOf(time)]! ** 2)));
  };
  const week = deseasonalised(variances, 168);
  const relative = (value: number): number => Math.log(Math.max(0.01, value / week));
  const volatilities = (hours: number): number[] =>
    times(hours).flatMap((time) => (variances.has(time) ? [Math.sqrt(variances.get(time)!)] : []));
  const logs = volatilities(168).map(relative);
  const features: Record<string, number> = {
    ...featuresOfPrices(byTime, origin, week),
    log_volatility_8760h: relative(Math.sqrt(mean(volatilities(8_760).map((value) => value ** 2)))),
    volatility_of_volatility: Math.sqrt(mean(logs.map((log) => (log - mean(logs)) ** 2))),
    weekend: [0, 6].includes(new Date(origin).getUTCDay()) ? 1 : 0,
  };
  for (const hours of [1, 3, 6, 12, 24, 72, 720]) {
    features[`log_volatility_${hours}h`] = relative(deseasonalised(variances, hours));
  }
  for (const hours of [24, 168]) {
    features[`log_realised_volatility_${hours}h`] = relative(deseasonalised(squares, hours));
  }
  return { features, hourlyVolatility: week, season };
}

function featuresOfPrices(byTime: ReadonlyMap<number, Candle>, origin: number, week: number) {
  const present = (hours: number): Candle[] =>
    [...byTime.values()].filter(({ openTime }) => openTime >= origin - hours * HOUR);
  const last = byTime.get(origin - HOUR)!.close;
  const volume = (hours: number): number => mean(present(hours).map((candle) => candle.volume));
  const features: Record<string, number> = {
    log_volume_1h: Math.log(Math.max(0.01, volume(1) / volume(168))),
    log_volume_24h: Math.log(Math.max(0.01, volume(24) / volume(168))),
    drawdown_720h:
      Math.log(last / Math.max(last, ...present(720).map(({ high }) => high))) / week / Math.sqrt(720),
  };
  for (const hours of [1, 4, 24, 168]) {
    const earlier = [...byTime.keys()].filter((time) => time <= origin - HOUR - hours * HOUR);
    const start = byTime.get(Math.max(...earlier))!.close;
    const scaled = Math.log(last / start) / week / Math.sqrt(hours);
    features[`return_${hours}h`] = scaled;
    features[`negative_return_${hours}h`] = Math.min(0, scaled);
  }
  return features;
}

/** Two years of relative volatilities whose surroundings end at `midnight`, by hour of the week. */
function seasonOf(variances: ReadonlyMap<number, number>, midnight: number): number[] {
  const buckets: number[][] = Array.from({ length: 168 }, () => []);
  for (let i = 0; i <= 17_520; i++) {
    const time = midnight - (84 + i) * HOUR;
    if (!variances.has(time)) continue;
    const around = Array.from({ length: 168 }, (_, k) => variances.get(time + (k - 84) * HOUR))
      .filter((variance) => variance !== undefined)
      .map(Math.sqrt);
    if (around.length < 84) continue;
    buckets[hourOf(time)]!.push(Math.min(6, Math.sqrt(variances.get(time)!) / mean(around)));
  }
  const raw = buckets.map((bucket) => (bucket.length > 0 ? mean(bucket) : 1));
  const smooth = raw.map(
    (value, hour) => (raw[(hour + 167) % 168]! + 2 * value + raw[(hour + 1) % 168]!) / 4,
  );
  const root = Math.sqrt(mean(smooth.map((value) => value ** 2)));
  return smooth.map((value) => value / root);
}

function varianceOf({ open, high, low, close }: Candle, previous: Candle | undefined): number {
  const gap = previous ? Math.log(open / previous.close) : 0;
  const range = Math.log(high) - Math.log(low);
  return 0.5 * range ** 2 - (2 * Math.log(2) - 1) * Math.log(close / open) ** 2 + gap ** 2;
}

/** Monday 00:00 is 0, from the calendar. */
function hourOf(time: number): number {
  const date = new Date(time);
  return ((date.getUTCDay() + 6) % 7) * 24 + date.getUTCHours();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
