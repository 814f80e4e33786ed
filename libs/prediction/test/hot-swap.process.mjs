/**
 * Swaps champions while forecasts are made and read, in a process of its own, so that its memory is that of this work
 * alone. Runs the built code, as in production. Prints one line of JSON.
 *
 * node --expose-gc hot-swap.process.mjs '{"url", "feed", "instrument", "models", "start", "origins", "warmUp", "swaps"}'
 */
import { isDeepStrictEqual } from 'node:util';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { createDataSource } from '@btcforecast/database';
import { forecastOrigins, slotsNeeded } from '@btcforecast/forecasting';
import { createEventBus, createLogger, ManualClock, SerialRunner } from '@btcforecast/platform';
import {
  AliasRepository,
  AliasService,
  ChampionSettings,
  ConfiguredChampion,
  FeedSettings,
  ForecastIssuer,
  ForecastMaker,
  ForecastPublisher,
  ForecastRepository,
  ModelEvaluationRepository,
  ModelRecords,
  ModelStore,
  ModelVersionRepository,
  openModel,
  PromotionRules,
  referenceText,
} from '@btcforecast/prediction';
import { hourlyWindow } from '@btcforecast/timeseries';

const HOUR_MS = 3_600_000;
const HORIZONS = [1, 4, 24, 168];
/** So many that some are always out of memory; neighbours answer differently. */
const GRAPHS = ['har', 'ewma_rw', 'uncond_1y'];
const VERSIONS = Array.from({ length: 9 }, (_, i) => ({ name: `swap-${i}`, version: 1 }));
const {
  url,
  feed,
  instrument,
  models: folder,
  start,
  origins,
  warmUp,
  swaps,
  issueEvery,
} = JSON.parse(process.argv[2]);

const dataSource = await createDataSource({ url, applicationName: 'hot-swap' }).initialize();
const events = createEventBus({ databaseUrl: url, logger: createLogger('hot-swap', { level: 'fatal' }) });
const clock = new ManualClock(Date.now());
const versions = new ModelVersionRepository(dataSource);
const aliases = new AliasRepository(dataSource);
const evaluations = new ModelEvaluationRepository(dataSource);
const settings = new ChampionSettings('har@1');
const forecasts = new ForecastRepository(dataSource);
const feeds = new MarketFeedReader(dataSource);
const marketClock = new MarketClockReader(feeds, clock);
const candles = new CandleReader(dataSource);
const counts = { loads: 0, failures: 0, swapped: 0, calls: 0, reads: 0, issued: 0 };
const problems = [];

const store = await ModelStore.open(
  {
    feed,
    instruments: [instrument],
    folder,
    settings,
    open: (files) => {
      counts.loads += 1;
      return openModel(files, files.status);
    },
    watch: {
      failed: () => (counts.failures += 1),
      swapped: () => (counts.swapped += 1),
      assigned: () => {},
    },
  },
  new ModelRecords(versions, aliases, evaluations, clock),
);
const service = new AliasService(
  aliases,
  new PromotionRules(versions, evaluations),
  new ConfiguredChampion(settings, versions),
  forecasts,
  marketClock,
  events,
);
const publisher = new ForecastPublisher(
  marketClock,
  forecasts,
  events,
  new FeedSettings(feed, 'replay', 'test'),
);
const issuer = new ForecastIssuer(new ForecastMaker(candles), store, feeds, publisher);
const refresher = new SerialRunner(() => store.refresh());
events.subscribe('model.promoted', () => refresher.trigger());

let now = start;
const setNow = (eventAt) => {
  now = eventAt;
  return dataSource.query('UPDATE market_feeds SET event_at = $2, observed_at = $3 WHERE feed = $1', [
    feed,
    new Date(eventAt),
    new Date(clock.now()),
  ]);
};

/** Versions of their own with the graphs of shipped ones. */
for (const [i, { name }] of VERSIONS.entries()) {
  const { manifest, onnx } = await versions.findFiles(GRAPHS[i % GRAPHS.length], 1);
  const { sha256: onnxSha256 } = manifest.onnx;
  const { family } = manifest;
  const row = { name, family, status: 'candidate', onnx, onnxSha256, manifest: { ...manifest, name } };
  await versions.registerNext({ ...row, createdAt: new Date(0) });
  await evaluations.record({
    ...{ feed: null, instrument: null, modelName: name, modelVersion: 1, onnxSha256 },
    ...{ kind: 'technical', verdict: 'passed', checks: [], evidence: {}, decidedAt: 0 },
  });
}

/** What each version says at the origins, alone. */
async function expectedAnswers() {
  const answers = new Map();
  for (const version of [...VERSIONS, { name: 'har', version: 1 }]) {
    answers.set(
      referenceText(version),
      await store.use(version, (model) => forecastOrigins(model, history, origins)),
    );
  }
  return answers;
}
const manifests = await Promise.all(
  VERSIONS.map(({ name, version }) => versions.findManifest(name, version)),
);
const slots = Math.max(...manifests.map(slotsNeeded)) + origins.length;
const last = origins.at(-1);
const window = await candles.window({ instrument, venue: feed, until: last, slots });
const history = hourlyWindow(window, last, slots);
const expected = await expectedAnswers();

let running = true;
/** Calls follow one another while the process warms up, which is how its memory finds its level. */
let warm = false;
/** Resolved as a swap begins: from then on calls are under way while it happens, and leave it some of the processor. */
let begin = Promise.withResolvers();
const nextCall = () => (warm ? begin.promise : nextTurn());
function tellBegin() {
  begin.resolve();
  begin = Promise.withResolvers();
}
/** Forecasts by whoever is champion, over and over; each answer must be one version's, bit for bit. */
async function forecast() {
  while (running) {
    try {
      const at = Math.floor(now / HOUR_MS) * HOUR_MS;
      const [group] = await store.plan(instrument, [at]);
      let by;
      const answer = await store.withChampion(group, (model) => {
        by = referenceText(model.manifest);
        return forecastOrigins(model, history, origins, { pause: nextTurn });
      });
      if (!isDeepStrictEqual(answer, expected.get(by))) problems.push(`mixed answer of ${by}`);
      counts.calls += 1;
    } catch (error) {
      problems.push(`a forecast failed: ${error.message}`);
    }
    await nextCall();
  }
}
/** Reads as the gateway does; each answer must be one model's and one origin's. */
async function read(bucket) {
  while (running) {
    try {
      const rows = await forecasts.listLatest(feed, instrument, HORIZONS, { bucket });
      const kinds = new Set(
        rows.map((row) => `${row.modelName}@${row.modelVersion} ${row.originAt.getTime()}`),
      );
      if (rows.length !== HORIZONS.length || kinds.size !== 1) problems.push(`mixed reply: ${[...kinds]}`);
      counts.reads += 1;
    } catch (error) {
      problems.push(`a read failed: ${error.message}`);
    }
    await nextCall();
  }
}

async function swap(i) {
  tellBegin();
  await setNow(start + i * HOUR_MS + 60_000);
  const { champion } = await service.holders(feed, instrument);
  const next = VERSIONS[(VERSIONS.findIndex(({ name }) => name === champion.name) + 1) % VERSIONS.length];
  await service.promote({
    ...{ feed, instrument, actor: 'test', reason: `swap ${i}`, alias: 'champion', override: true },
    ...next,
  });
  if (i % issueEvery === 0) {
    const { issued, failures } = await issuer.issue(feed, instrument, [start + i * HOUR_MS]);
    if (failures.length > 0) problems.push(`an origin was not answered: ${failures[0].reason}`);
    counts.issued += issued.length;
  }
}
const rssMb = () => {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage.rss() / 1e6;
};

await setNow(start + 60_000);
await issuer.issue(feed, instrument, [start]);
const load = [forecast(), forecast(), read(undefined), read(0.1)];
for (let i = 1; i <= warmUp; i += 1) await swap(i);
warm = true;
const before = rssMb();
const loadsBefore = counts.loads;
const startedAt = performance.now();
const samples = [];
for (let i = warmUp + 1; i <= warmUp + swaps; i += 1) {
  await swap(i);
  if ((i - warmUp) % Math.ceil(swaps / 10) === 0) samples.push(Math.round(rssMb()));
}
const seconds = (performance.now() - startedAt) / 1_000;
running = false;
tellBegin();
await Promise.all(load);
const after = rssMb();
await refresher.stop();
await store.onApplicationShutdown();
await events.close();
await dataSource.destroy();
const report = {
  ...counts,
  loadsInRun: counts.loads - loadsBefore,
  seconds,
  before,
  after,
  samples,
  problems,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
