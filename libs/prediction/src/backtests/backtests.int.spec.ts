import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { backtestModel, backtestOrigins, forecastWithBaselines } from '@btcforecast/backtest';
import { type Asker, BacktestReply, type BacktestRequest } from '@btcforecast/contracts';
import { createLogger, JobQueues } from '@btcforecast/platform';
import { describeWhen, repositoryRoot, waitFor } from '@btcforecast/testing';
import { HOUR_MS, hourlyWindow, type Candle } from '@btcforecast/timeseries';
import { dataDigest } from '@btcforecast/training';
import { openForecasting, shippedModels, type Forecasting } from '../../test/forecasting.js';
import {
  hourlyCandles,
  INSTRUMENT,
  insertHourly,
  openMarket,
  setFeed,
  type TestMarket,
} from '../../test/market.js';
import { FeedSettings } from '../feed-settings.js';
import { readModelFiles } from '../models/model-files.js';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { OnnxModel } from '../models/onnx-model.js';
import { BacktestData } from './backtest-data.js';
import { BacktestJob } from './backtest-job.service.js';
import { BacktestQueue } from './backtest-queue.js';
import { BacktestRunner } from './backtest-runner.js';
import { BacktestSubjects } from './backtest-subjects.js';
import { BacktestRepository } from './backtest.repository.js';
import { BacktestService } from './backtest.service.js';

const END = Date.UTC(2025, 0, 15);
const settings = new FeedSettings('replay-000000bb', 'replay', 'test');
const { feed } = settings;
const logger = createLogger('test', { level: 'fatal' });
/** The child process runs built code, as in production. */
const program = join(repositoryRoot, 'libs/prediction/dist/backtests/backtest.process.js');

/** Whoever is of the tenant, without limits. */
const ALL: Asker = { tenant: 'default', instruments: null, horizons: null };
const PAGE = { limit: 20 };

const DAY: BacktestRequest = {
  instrument: INSTRUMENT,
  from: END - 48 * HOUR_MS,
  to: END - 24 * HOUR_MS,
  every: '6h',
  horizons: ['1h', '24h'],
  model: 'champion',
  refit: 'none',
};
/** Some 1,400 origins: long enough to be ended on the way. */
const LONG: BacktestRequest = { ...DAY, from: END - 60 * 24 * HOUR_MS, every: '1h' };

describeWhen(existsSync(program), 'libs/prediction is not built: npm run build')('backtests', () => {
  let market: TestMarket;
  let history: Candle[];
  let forecasting: Forecasting;
  let queues: JobQueues;
  let backtests: BacktestRepository;
  let queue: BacktestQueue;
  let service: BacktestService;
  let runners: BacktestRunner[];
  let broken: string;

  const jobBy = (file = program): BacktestJob => {
    const runner = new BacktestRunner(pathToFileURL(file));
    runners.push(runner);
    const { candles, feeds } = forecasting;
    const data = new BacktestData(candles, feeds, new ModelVersionRepository(market.dataSource));
    return new BacktestJob(backtests, data, runner, market.events, market.clock, logger);
  };
  const once = { isLastAttempt: false };

  beforeAll(async () => {
    market = await openMarket();
    history = await hourlyCandles(END - 12_000 * HOUR_MS, END);
    await insertHourly(market, feed, history);
    await setFeed(market, { feed, venue: feed, eventAt: END + 1_000 });
    forecasting = await openForecasting(market, settings);
    broken = await mkdtemp(join(tmpdir(), 'btcf-backtest-'));
    await writeFile(join(broken, 'dies.mjs'), "process.once('message', () => process.exit(3));\n");
  });
  beforeEach(async () => {
    runners = [];
    await market.dataSource.query('DELETE FROM backtests');
    queues = new JobQueues(
      { DATABASE_URL: market.url, REDIS_URL: undefined, OTEL_EXPORTER_OTLP_ENDPOINT: undefined },
      logger,
    );
    backtests = new BacktestRepository(market.dataSource);
    queue = new BacktestQueue(backtests, queues, market.events, market.clock, settings);
    const versions = new ModelVersionRepository(market.dataSource);
    const { models, feeds, candles, marketClock } = forecasting;
    const subjects = new BacktestSubjects(models, versions, feeds, candles, marketClock);
    service = new BacktestService(backtests, subjects, queue, market.events, market.clock, settings);
  });
  afterEach(async () => {
    for (const runner of runners) runner.onModuleDestroy();
    await queues.close();
  });
  afterAll(async () => {
    await forecasting?.models.onApplicationShutdown();
    await market?.close();
    await rm(broken, { recursive: true, force: true });
  });

  it('are recorded with the version that was meant, and handed to a worker', async () => {
    const asked = BacktestReply.parse(await service.start(DAY, ALL, 'key 0a1b'));
    expect(asked).toMatchObject({
      state: 'queued',
      progress: 0,
      result: null,
      request: { model: 'champion' },
    });
    const row = await backtests.find({ ...ALL, feed }, asked.id);
    expect(row).toMatchObject({ requestedBy: 'key 0a1b', request: { reference: 'har@1' } });
    const job = await (await queues.queue('model_training')).getJob(`run_backtest-${asked.id}`);
    expect(job?.data).toEqual({ id: asked.id });
    await expect(service.list(ALL, PAGE)).resolves.toMatchObject({
      data: [{ id: asked.id }],
      source: 'replay',
    });
  });

  it('are refused at once where no origin has candles: before, after, and too near the first one', async () => {
    const answer = (hoursFrom: number, hoursTo: number) => {
      const range = { from: END + hoursFrom * HOUR_MS, to: END + hoursTo * HOUR_MS };
      const refusal = ({ code, message }: { code: string; message: string }) => `${code}: ${message}`;
      return service.start({ ...DAY, ...range }, ALL, 'key 0a1b').then(({ state }) => state, refusal);
    };
    const [late, early] = ['begins after the newest', 'ends before there are 90 days of'];
    expect(await answer(1, 9)).toMatch(new RegExp(`^backtest.out_of_range: .*${late} .* to 2025-01-15`));
    for (const to of [-12_001, -12_000 + 2_159]) expect(await answer(-13_000, to)).toContain(early);
    await expect(service.list(ALL, PAGE)).resolves.toMatchObject({ data: [] });
    expect(await answer(-13_000, 13_000)).toBe('queued'); // partly there
  });

  it('give the scores that the same functions give over the same candles', async () => {
    const { id } = await service.start(DAY, ALL, 'key 0a1b');
    await expect(jobBy().run(id, once)).resolves.toEqual({ state: 'done' });
    const reply = BacktestReply.parse(await service.find(ALL, id));
    expect(reply).toMatchObject({ state: 'done', progress: 1, error: null });

    const window = hourlyWindow(history, END, 12_000);
    const { origins } = backtestOrigins(window, { from: DAY.from, to: DAY.to, everyHours: 6 });
    const question = { history: window, origins, horizonsHours: [1, 24] };
    const baselines = await forecastWithBaselines(question);
    const direct = await backtestModel(
      await readModelFiles(shippedModels, { name: 'har', version: 1 }),
      { ...question, everyHours: 6, instrument: INSTRUMENT, baselines },
      { load: (files) => OnnxModel.load(files), refit: 'none', batch: 1, codeVersion: 'test' },
    );
    expect(reply.result).toMatchObject({
      model: 'har@1',
      origins: 5,
      missing: 0,
      withoutHistory: 0,
      inSample: 0,
    });
    expect(reply.result?.dataSha256).toBe(dataDigest(window).sha256);
    expect(reply.result?.scores.map(({ n, pinball, crps }) => ({ n, pinball, crps }))).toEqual(
      direct.scores.map(({ n, pinball, crps }) => ({ n, pinball, crps })),
    );
    expect(reply.result?.scores[0]?.differences).toHaveLength(3);
  });

  it('can be fitted anew on what was known then', async () => {
    const { id } = await service.start({ ...DAY, model: 'har', refit: 'monthly' }, ALL, 'key 0a1b');
    await expect(jobBy().run(id, once)).resolves.toEqual({ state: 'done' });
    expect((await service.find(ALL, id)).result).toMatchObject({
      model: expect.stringMatching(/^har@\d+$/),
      inSample: 0,
      origins: 5,
    });
  });

  it('tell how far they are, and end when they are cancelled', async () => {
    const { id } = await service.start(LONG, ALL, 'key 0a1b');
    const running = jobBy().run(id, once);
    const seen = await waitFor(
      async () => {
        const reply = await service.find(ALL, id);
        return reply.progress > 0 ? reply : undefined;
      },
      { deadlineMs: 30_000, what: 'progress' },
    );
    expect(seen).toMatchObject({ state: 'running', stage: expect.stringContaining('forecasting with') });
    expect(seen.progress).toBeLessThan(1);
    await expect(service.cancel(ALL, id)).resolves.toMatchObject({ state: 'cancelled' });
    await expect(running).resolves.toEqual({ state: 'gone' }); // to its own end it would say that it is done
    await expect(service.find(ALL, id)).resolves.toMatchObject({ state: 'cancelled', result: null });
    await expect(service.cancel(ALL, id)).resolves.toMatchObject({ state: 'cancelled' });
    await expect(jobBy().run(id, once)).resolves.toEqual({ state: 'gone' }); // the job may come again
  });

  it('begin anew when their worker died, and fail clearly when they keep dying', async () => {
    const { id } = await service.start(DAY, ALL, 'key 0a1b');
    const dies = jobBy(join(broken, 'dies.mjs'));
    await expect(dies.run(id, once)).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('ended with code 3'),
    });
    await expect(service.find(ALL, id)).resolves.toMatchObject({ state: 'running' });
    await expect(jobBy().run(id, once)).resolves.toEqual({ state: 'done' });

    const other = await service.start(DAY, ALL, 'key 0a1b');
    await expect(dies.run(other.id, { isLastAttempt: true })).rejects.toMatchObject({ kind: 'transient' });
    await expect(service.find(ALL, other.id)).resolves.toMatchObject({
      state: 'failed',
      error: { detail: expect.stringContaining('ended with code 3') },
    });
    await expect(service.cancel(ALL, other.id)).rejects.toMatchObject({ code: 'backtest.conflict' });
  });

  it('fail with a reason when the stored candles do not carry them, should they be taken all the same', async () => {
    const ends = async (hoursAgo: number, span: number) => {
      const to = END - hoursAgo * HOUR_MS;
      const request = { ...DAY, from: to - span * HOUR_MS, to, reference: 'har@1' };
      const backtest = {
        id: randomUUID(),
        feed,
        tenant: 'default',
        request,
        requestedBy: 'key 0a1b',
        createdAt: END,
      };
      await backtests.add(backtest, 5);
      await expect(jobBy().run(backtest.id, once)).resolves.toEqual({ state: 'failed' });
      return (await service.find(ALL, backtest.id)).error;
    };
    const code = 'forecast.insufficient_history';
    expect(await ends(11_990, 9)).toEqual({ code, detail: expect.stringContaining('90 days') });
    expect(await ends(19_000, 1_000)).toEqual({ code, detail: expect.stringContaining('no stored candles') });
  });

  it('are limited in number, also for those who ask at once', async () => {
    const asked = await Promise.allSettled(
      Array.from({ length: 12 }, () => service.start(DAY, ALL, 'key 0a1b')),
    );
    const taken = asked.flatMap((one) => (one.status === 'fulfilled' ? one.value.id : []));
    expect(taken).toHaveLength(5);
    expect(asked.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { kind: 'caller', code: 'backtest.conflict' },
    });
    await service.cancel(ALL, taken[0]!);
    await expect(service.start(DAY, ALL, 'key 0a1b')).resolves.toMatchObject({ state: 'queued' });
  });

  it('are refused where the market, the model or the record is not there', async () => {
    const start = (change: Partial<BacktestRequest>) => service.start({ ...DAY, ...change }, ALL, 'key 0a1b');
    await expect(start({ instrument: 'XRP-USD' })).rejects.toMatchObject({ code: 'instrument.unknown' });
    await expect(start({ model: 'nothing' })).rejects.toMatchObject({ code: 'model.not_found' });
    await expect(start({ model: 'har@77' })).rejects.toMatchObject({ code: 'model.not_found' });
    const unknown = randomUUID();
    await expect(service.find(ALL, unknown)).rejects.toMatchObject({ code: 'backtest.not_found' });
    await expect(service.cancel(ALL, unknown)).rejects.toMatchObject({ code: 'backtest.not_found' });
  });

  it('are seen and ended by their tenant alone, which has a number of its own', async () => {
    await market.dataSource.query(`INSERT INTO tenants (id, name) VALUES ('other', 'Other')`);
    const other: Asker = { ...ALL, tenant: 'other' };
    const { id } = await service.start(DAY, ALL, 'key 0a1b');
    await expect(service.list(other, PAGE)).resolves.toMatchObject({ data: [] });
    await expect(service.find(other, id)).rejects.toMatchObject({ code: 'backtest.not_found' });
    await expect(service.cancel(other, id)).rejects.toMatchObject({ code: 'backtest.not_found' });
    await expect(service.find(ALL, id)).resolves.toMatchObject({ state: 'queued' });
    for (let i = 0; i < 4; i += 1) await service.start(DAY, ALL, 'key 0a1b');
    await expect(service.start(DAY, ALL, 'key 0a1b')).rejects.toMatchObject({ code: 'backtest.conflict' });
    const own = await service.start(DAY, other, 'key 0c1d');
    await expect(service.list(other, PAGE)).resolves.toMatchObject({ data: [{ id: own.id }] });
  });

  it('are seen by whoever may see their instrument and all of their horizons', async () => {
    const { id } = await service.start(DAY, ALL, 'key 0a1b');
    const visible = async (limits: Partial<Asker>) =>
      (await service.list({ ...ALL, ...limits }, PAGE)).data.map((each) => each.id);
    await expect(visible({ horizons: ['24h', '4h', '1h'] })).resolves.toEqual([id]);
    await expect(visible({ horizons: ['24h'] })).resolves.toEqual([]);
    await expect(visible({ instruments: [INSTRUMENT] })).resolves.toEqual([id]);
    await expect(visible({ instruments: ['XRP-USD'] })).resolves.toEqual([]);
    await expect(service.cancel({ ...ALL, horizons: ['24h'] }, id)).rejects.toMatchObject({
      code: 'backtest.not_found',
    });
  });

  it('that lost their job get it again, once', async () => {
    const { id } = await service.start(DAY, ALL, 'key 0a1b');
    const jobs = await queues.queue('model_training');
    await (await jobs.getJob(`run_backtest-${id}`))?.remove();
    await expect(queue.recover()).resolves.toEqual({ added: 1, given: 0 });
    await expect(queue.recover()).resolves.toEqual({ added: 0, given: 0 });
    expect((await jobs.getJob(`run_backtest-${id}`))?.data).toEqual({ id });
  });
});
