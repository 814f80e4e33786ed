import { setImmediate } from 'node:timers/promises';
import { HOUR_MS, type HourlyWindow } from '@btcforecast/timeseries';
import { inputsAt, inputsSeries, type ModelInputs, type ModelManifest } from '@btcforecast/training';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A Monday; any full hour would do. */
const END = Date.UTC(2024, 0, 1);
/** Calm, usual and wild: volatility of an hour. */
const HOURLY_VOLATILITIES = [0.0008, 0.005, 0.03];
const ORIGINS_EACH = 16;
/** Prime to a day and to a week, so that origins fall on many hours. */
const ORIGIN_STEP_HOURS = 37;
const SEED = 20_240_101;

/**
 * Inputs that a model might meet: what the live code makes of made-up markets, calm, usual and wild. The same at each
 * call; lets others run between rows.
 *
 * @throws RangeError if the model wants inputs that are not computed here
 */
export async function plausibleRows(manifest: ModelManifest): Promise<ModelInputs[]> {
  const rows: ModelInputs[] = [];
  for (const [i, volatility] of HOURLY_VOLATILITIES.entries()) {
    const slots = manifest.windowSlots + ORIGINS_EACH * ORIGIN_STEP_HOURS;
    const series = inputsSeries(madeUpMarket(slots, volatility, SEED + i), manifest);
    for (let back = ORIGINS_EACH - 1; back >= 0; back--) {
      rows.push(inputsAt(series, END - back * ORIGIN_STEP_HOURS * HOUR_MS));
      await setImmediate();
    }
  }
  return rows;
}

/** A walk whose volatility wanders about a level, with jumps. */
function madeUpMarket(slots: number, level: number, seed: number): HourlyWindow {
  const normal = normals(seed);
  const column = () => new Float64Array(slots);
  const market = {
    end: END,
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  let [price, logVolatility] = [10_000, 0];
  for (let i = 0; i < slots; i++) {
    logVolatility = 0.98 * logVolatility + 0.15 * normal();
    const jump = i % 1_009 === 0 ? 6 : 1;
    const scale = level * Math.exp(0.5 * logVolatility) * jump;
    const close = price * Math.exp(scale * normal());
    market.open[i] = price;
    market.close[i] = close;
    market.high[i] = Math.max(price, close) * Math.exp(0.5 * scale * Math.abs(normal()));
    market.low[i] = Math.min(price, close) * Math.exp(-0.5 * scale * Math.abs(normal()));
    market.volume[i] = 100 * Math.exp(0.3 * normal() + 0.5 * logVolatility);
    price = close;
  }
  return market;
}

function normals(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  return () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) * Math.cos(2 * Math.PI * uniformFloat64(random));
}
