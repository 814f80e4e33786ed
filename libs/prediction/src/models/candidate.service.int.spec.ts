import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CandleReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { ModelEvaluationEntity, ModelVersionEntity } from '@btcforecast/database';
import { describeWhen, repositoryRoot } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { ModelManifest } from '@btcforecast/training';
import {
  INSTRUMENT,
  insertHourly,
  openMarket,
  setFeed,
  syntheticCandles,
  type TestMarket,
} from '../../test/market.js';
import { openRegistry } from '../../test/registry.js';
import { CandidateTrainer } from './candidate-trainer.js';
import { CandidateService } from './candidate.service.js';
import { ModelVersionRepository } from './model-version.repository.js';

const feed = 'replay-0000000c';
const END = Date.UTC(2025, 0, 6);
/** The child process runs built code, as in production. */
const program = join(repositoryRoot, 'libs/prediction/dist/models/candidate.process.js');

describeWhen(existsSync(program), 'libs/prediction is not built: npm run build')('CandidateService', () => {
  let market: TestMarket;
  let service: CandidateService;
  const rowsOfModels = () =>
    market.dataSource.getRepository(ModelVersionEntity).find({ order: { version: 'ASC' } });

  beforeAll(async () => {
    market = await openMarket();
    const feeds = new MarketFeedReader(market.dataSource);
    const versions = new ModelVersionRepository(market.dataSource);
    service = new CandidateService(
      new CandleReader(market.dataSource),
      feeds,
      versions,
      new CandidateTrainer(pathToFileURL(program)),
      openRegistry(market),
    );
  });
  afterAll(() => market?.close());

  it('says that there are too few candles, and that trying again does not help', async () => {
    const tooFew = { kind: 'caller', code: 'forecast.insufficient_history' };
    await expect(service.fit(feed, INSTRUMENT, END)).rejects.toMatchObject(tooFew);
    await setFeed(market, { feed, venue: feed, eventAt: END + HOUR_MS });
    await expect(service.fit(feed, INSTRUMENT, END)).rejects.toMatchObject(tooFew);
    await insertHourly(market, feed, syntheticCandles(END, 100));
    await expect(service.fit(feed, INSTRUMENT, END)).rejects.toMatchObject(tooFew);
    await expect(service.fit(feed, INSTRUMENT, END + 1)).rejects.toMatchObject({ code: 'job.invalid_payload' });
  });

  it('trains on what had closed by then, while this process goes on, and registers a candidate', async () => {
    await insertHourly(market, feed, syntheticCandles(END + 50 * HOUR_MS, 9_000));
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    const result = await service.fit(feed, INSTRUMENT, END);
    clearInterval(timer);
    expect(result).toEqual({ state: 'registered', name: `har-${feed}`, version: 1 });
    expect(ticks).toBeGreaterThan(50);
    const [row] = await rowsOfModels();
    expect(row).toMatchObject({ status: 'candidate', family: 'har_blend' });
    const manifest = ModelManifest.parse(row!.manifest);
    expect(manifest).toMatchObject({ name: `har-${feed}`, version: 1, instruments: [INSTRUMENT] });
    expect(manifest.trainingSpan.to).toBe(new Date(END).toISOString());
    expect(manifest.onnx.sha256).toBe(row!.onnxSha256);
    expect(await market.dataSource.getRepository(ModelEvaluationEntity).find()).toMatchObject([
      { feed, instrument: INSTRUMENT, modelName: `har-${feed}`, modelVersion: 1, kind: 'technical', verdict: 'passed' },
    ]);
  });

  it('run again registers nothing new; a later end gives the next version', async () => {
    await expect(service.fit(feed, INSTRUMENT, END)).resolves.toMatchObject({ state: 'known', version: 1 });
    const later = END + 48 * HOUR_MS;
    const both = await Promise.all([service.fit(feed, INSTRUMENT, later), service.fit(feed, INSTRUMENT, later)]);
    expect(both.map(({ version }) => version)).toEqual([2, 2]);
    expect(both.map(({ state }) => state).sort()).toEqual(['known', 'registered']);
    const rows = await rowsOfModels();
    expect(rows.map(({ version, manifest }) => [version, ModelManifest.parse(manifest).version])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('reports a training process that dies or is ended, so that the job is tried again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'btcforecast-trainer-'));
    const script = async (name: string, code: string) => {
      await writeFile(join(folder, name), code);
      return new CandidateTrainer(pathToFileURL(join(folder, name)));
    };
    const history = { end: END, ...columnsOfNothing() };
    const request = { history, to: END, name: 'x', version: 1, instrument: INSTRUMENT, codeVersion: '0' };
    const dying = await script('dying.mjs', 'process.exit(3)');
    await expect(dying.train(request)).rejects.toMatchObject({ kind: 'transient' });
    const endless = await script('endless.mjs', 'setInterval(() => {}, 1000)');
    const answer = expect(endless.train(request)).rejects.toMatchObject({ kind: 'transient' });
    endless.onModuleDestroy();
    await answer;
    await rm(folder, { recursive: true });
  });
});

function columnsOfNothing() {
  const empty = new Float64Array(0);
  return { open: empty, high: empty, low: empty, close: empty, volume: empty };
}
