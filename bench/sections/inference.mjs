/** The shipped model alone, and a whole forecast around it. */
import { join } from 'node:path';
import { root } from '../../scripts/ensure-installed.mjs';
import { openDataSource, startDatabase } from '../support/database.mjs';
import { candles, HOUR } from '../support/market-file.mjs';
import { median } from '../support/statistics.mjs';

const FROM = Date.UTC(2022, 0, 1);
const SPARE_HOURS = 2_000;
const MODEL = 'har@2';
const VENUE = 'bench';

export async function run({ quick }) {
  const prediction = await import('@btcforecast/prediction');
  const files = await prediction.readModelFiles(join(root, 'models'), prediction.parseModelReference(MODEL));
  const model = await prediction.OnnxModel.load(files);
  const market = [
    ...candles({ from: FROM, count: files.manifest.windowSlots + SPARE_HOURS, intervalMs: HOUR }),
  ];
  const bare = await bareSession(files);
  const inputs = await someInputs(files.manifest, market, 256);
  const rows = [];
  for (const batch of [1, 64, 256]) rows.push(await batchRow({ model, bare, inputs, batch, quick }));
  const maker = await startMaker(prediction, model, market);
  rows.push(...(await forecastRows({ maker, bare, inputs, market, quick })));
  await model.release();
  return rows;
}

async function batchRow({ model, bare, inputs, batch, quick }) {
  const some = inputs.slice(0, batch);
  const runs = quick ? 300 : 3_000;
  const ours = (await medianMs(runs, () => model.predict(some))) * 1_000;
  const least = (await medianMs(runs, () => bare.run(some))) * 1_000;
  return {
    what: `model, ${batch} ${batch === 1 ? 'row' : 'rows'} a run, per row`,
    value: ours / batch,
    unit: 'µs',
    baseline: least / batch,
    ratio: ours / least,
    note: `OnnxModel.predict, which stacks the rows and takes the answers apart, beside session.run of the same tensors; ${Math.round(ours)} µs a run.`,
  };
}

async function forecastRows({ maker, bare, inputs, market, quick }) {
  const last = market.at(-1).openTime + HOUR;
  const origins = (count) => Array.from({ length: count }, (_, i) => last - (count - 1 - i) * HOUR);
  const question = (count) => ({ instrument: 'BTC-USD', venue: VENUE, origins: origins(count) });
  const firstStart = performance.now();
  await maker.make(question(1));
  const firstMs = performance.now() - firstStart;
  const rows = [{ what: 'the first forecast of a process', value: firstMs, unit: 'ms' }];
  for (const count of [1, 64]) {
    const queries = [];
    const runs = count === 1 ? (quick ? 5 : 30) : quick ? 2 : 5;
    const whole = await medianMs(runs, async () => {
      const { made, windowSeconds } = await maker.make(question(count));
      if (made.length !== 4 * count) throw new Error('not every origin was answered');
      queries.push(windowSeconds * 1_000);
    });
    const least = await medianMs(300, () => bare.run(inputs.slice(0, count)));
    rows.push({
      what: `whole forecast, ${count} ${count === 1 ? 'origin' : 'origins'} at once, per origin`,
      value: whole / count,
      unit: 'ms',
      baseline: least / count,
      ratio: whole / least,
      note: `window from the database, features, model, three baselines, four horizons, beside session.run alone; the query takes ${median(queries).toFixed(1)} ms.`,
    });
  }
  return rows;
}

/** The same graph with nothing around it. */
async function bareSession({ manifest, onnx }) {
  const { createRequire } = await import('node:module');
  const { InferenceSession, Tensor } = createRequire(import.meta.resolve('@btcforecast/prediction'))(
    'onnxruntime-node',
  );
  const { stackBlock } = await import('@btcforecast/training');
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const prepared = new Map();
  const feedsOf = (some) => {
    const dims = (shape) => shape.map((size) => (size === 'N' ? some.length : size));
    const tensor = ({ name, shape }) => [name, new Tensor('float64', stackBlock(some, name), dims(shape))];
    return Object.fromEntries(manifest.inputs.map(tensor));
  };
  return {
    run(some) {
      if (!prepared.has(some.length)) prepared.set(some.length, feedsOf(some));
      return session.run(prepared.get(some.length));
    },
  };
}

async function someInputs(manifest, market, count) {
  const { hourlyWindow } = await import('@btcforecast/timeseries');
  const { inputsAt, inputsSeries } = await import('@btcforecast/training');
  const last = market.at(-1).openTime + HOUR;
  const series = inputsSeries(hourlyWindow(market, last, manifest.windowSlots + count), manifest);
  return Array.from({ length: count }, (_, i) => inputsAt(series, last - (count - 1 - i) * HOUR));
}

/** What prediction uses, on a database that holds the market. */
async function startMaker({ ForecastMaker }, model, market) {
  const { CandleReader } = await import('@btcforecast/candle-reader');
  const { CandleWriter } = await import('@btcforecast/market-data');
  const dataSource = await openDataSource(await startDatabase());
  const writer = new CandleWriter(dataSource);
  const nowMs = market.at(-1).openTime + HOUR;
  const series = { instrument: 'BTC-USD', venue: VENUE, interval: '1h', provenance: 'fetched' };
  for (let at = 0; at < market.length; at += 1_000) {
    await writer.write({ ...series, candles: market.slice(at, at + 1_000), nowMs });
  }
  const maker = new ForecastMaker(new CandleReader(dataSource));
  return {
    make: async (question) => {
      const window = await maker.readWindow({ ...question, manifests: [model.manifest] });
      const { made } = await maker.make(model, window);
      return { made, windowSeconds: window.querySeconds };
    },
  };
}

async function medianMs(runs, work) {
  for (let i = 0; i < Math.min(runs, 50); i++) await work(); // the compiler's turn
  const times = [];
  for (let i = 0; i < runs; i++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return median(times);
}
