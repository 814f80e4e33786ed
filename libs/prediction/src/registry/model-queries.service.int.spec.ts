import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AliasHistoryReply, ModelGraphReply, ModelReply, ModelsReply } from '@btcforecast/contracts';
import { CandleReader, MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import { HOUR_MS } from '@btcforecast/timeseries';
import { openAliases } from '../../test/aliases.js';
import { openStore, shippedModels } from '../../test/forecasting.js';
import { INSTRUMENT, openMarket, setFeed, type TestMarket } from '../../test/market.js';
import { openRegistry } from '../../test/registry.js';
import { userModel } from '../../test/user-model.js';
import { DriftDataRepository } from '../drift/drift-data.repository.js';
import { DriftEvaluator } from '../drift/drift-evaluator.service.js';
import { DriftQueries } from '../drift/drift-queries.service.js';
import { DriftSignalRepository } from '../drift/drift-signal.repository.js';
import { FeedSettings } from '../feed-settings.js';
import { ChampionSettings } from '../models/champion-settings.js';
import { ConfiguredChampion } from '../models/configured-champion.js';
import { readModelFiles } from '../models/model-files.js';
import type { ModelStore } from '../models/model-store.js';
import { aliasMoveReply } from './model-reply.js';
import { CurrentAliases } from './current-aliases.js';
import { ModelQueries } from './model-queries.service.js';

const settings = new FeedSettings('replay-000000cc', 'replay', 'test');
const { feed } = settings;
const NOW = Date.UTC(2025, 0, 15);
const BASELINE = { name: 'garch_t', version: 1 };
const PAGE = { limit: 100 };

let market: TestMarket;
let store: ModelStore;
let queries: ModelQueries;
let aliases: ReturnType<typeof openAliases>;

beforeAll(async () => {
  market = await openMarket();
  await setFeed(market, { feed, venue: feed, eventAt: NOW });
  store = await openStore(market, feed);
  aliases = openAliases(market);
  const { versions } = aliases;
  const current = new CurrentAliases(
    aliases.aliases,
    new ConfiguredChampion(new ChampionSettings('har@1'), versions),
    new MarketClockReader(new MarketFeedReader(market.dataSource), market.clock),
    market.dataSource,
    settings,
  );
  const data = new DriftDataRepository(market.dataSource);
  const feeds = new MarketFeedReader(market.dataSource);
  const evaluator = new DriftEvaluator(
    data,
    new DriftSignalRepository(market.dataSource),
    versions,
    new CandleReader(market.dataSource),
    feeds,
  );
  const drift = new DriftQueries(
    evaluator,
    data,
    new MarketClockReader(feeds, market.clock),
    feeds,
    market.clock,
  );
  queries = new ModelQueries(versions, aliases.evaluations, aliases.aliases, current, drift, settings);
});
afterAll(async () => {
  await store?.onApplicationShutdown();
  await market?.close();
});

const find = async (reference: string) => {
  const { data } = ModelsReply.parse(await queries.list(PAGE));
  return data.find((model) => model.reference === reference);
};
const promote = (alias: 'champion' | 'challenger') =>
  aliases.service.promote({
    feed,
    instrument: INSTRUMENT,
    ...BASELINE,
    alias,
    actor: 'key 0a1b',
    reason: 'to see it answer',
    override: true,
  });

describe('the registry', () => {
  it('lists every version with what it is and what was found about it last', async () => {
    const { data, source } = ModelsReply.parse(await queries.list(PAGE));
    expect(source).toBe('replay');
    expect(data.map(({ reference }) => reference)).toEqual(expect.arrayContaining(['har@1', 'garch_t@1']));
    expect(data.map(({ name }) => name)).toEqual(data.map(({ name }) => name).toSorted());
    expect(await find('har@1')).toMatchObject({
      status: 'shipped',
      instruments: [INSTRUMENT],
      aliases: [{ instrument: INSTRUMENT, alias: 'champion', since: null }],
      lastVerdict: { kind: 'technical', verdict: 'passed' },
    });
    expect((await queries.list({ ...PAGE, status: 'candidate' })).data).toEqual([]);
  });

  it('shows the list page by page, each version once, and takes no cursor of another list', async () => {
    const { data: all, next } = await queries.list(PAGE);
    expect(next).toBeNull();
    const seen: string[] = [];
    let page = await queries.list({ limit: 1 });
    for (let cursor = page.next; ; cursor = page.next) {
      seen.push(...page.data.map(({ reference }) => reference));
      if (cursor === null) break;
      page = await queries.list({ limit: 1, cursor });
    }
    expect(seen).toEqual(all.map(({ reference }) => reference));
    const { next: cursor } = await queries.list({ limit: 1 });
    const refused = { code: 'request.cursor_invalid' };
    const other = { limit: 1, cursor: cursor!, status: 'shipped' } as const;
    await expect(queries.list(other)).rejects.toMatchObject(refused);
    await expect(queries.history(INSTRUMENT, { limit: 1, cursor: cursor! })).rejects.toMatchObject(refused);
  });

  it('knows nothing of a model that is not there', async () => {
    const gone = { kind: 'caller', code: 'model.not_found' };
    await expect(queries.find('har', 77)).rejects.toMatchObject(gone);
    await expect(queries.graph('nobody', 1)).rejects.toMatchObject(gone);
  });

  it('gives a graph back byte for byte', async () => {
    const { onnx, sha256 } = ModelGraphReply.parse(await queries.graph('har', 1));
    const files = await readModelFiles(shippedModels, { name: 'har', version: 1 });
    expect(Buffer.from(onnx, 'base64').equals(files.onnx)).toBe(true);
    expect(sha256).toBe(files.manifest.onnx.sha256);
  });

  it('says of an upload that nobody vouches for how it was made', async () => {
    const { name, onnx, manifest } = userModel();
    const actor = 'key 0a1b';
    await openRegistry(market).register({ name, family: 'user', status: 'uploaded', onnx, manifest, actor });
    const record = ModelReply.parse(await queries.find('mine', 1));
    expect(record).toMatchObject({ status: 'uploaded', family: 'user', dataSha256: null, codeVersion: null });
    expect(record.evaluations).toMatchObject([
      { kind: 'technical', verdict: 'passed', model: 'mine@1', evidence: { actor } },
    ]);
    expect(
      (await queries.list({ ...PAGE, status: 'uploaded' })).data.map(({ reference }) => reference),
    ).toEqual(['mine@1']);
  });

  it('tells the story of a promotion: at once in the history, from its origin on in what a model is', async () => {
    const configured = { alias: 'champion', model: 'har@1', since: null, reason: 'configured' };
    expect((await queries.history(INSTRUMENT, PAGE)).current).toEqual([configured]);
    expect((await queries.history('ETH-USD', PAGE)).current).toEqual([]); // the feed does not follow it
    await promote('challenger');
    const move = aliasMoveReply(await promote('champion'));
    const history = AliasHistoryReply.parse(await queries.history(INSTRUMENT, PAGE));
    expect(history.data.find(({ id }) => id === move.id)).toEqual(move);
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const { data, next } = await queries.history(INSTRUMENT, { limit: 1, cursor });
      pages.push(...data.map(({ id }) => id));
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(history.data.map(({ id }) => id));
    expect(pages.length).toBeGreaterThan(1);
    expect(move).toMatchObject({
      from: 'har@1',
      to: 'garch_t@1',
      actor: 'key 0a1b',
      reason: 'to see it answer',
    });
    expect((await find('har@1'))?.aliases).toMatchObject([{ alias: 'champion', since: null }]);

    await setFeed(market, { feed, venue: feed, eventAt: NOW + 3 * HOUR_MS });
    expect((await find('garch_t@1'))?.aliases).toEqual([
      { instrument: INSTRUMENT, alias: 'champion', since: move.effectiveOrigin },
    ]);
    expect((await find('har@1'))?.aliases).toMatchObject([{ alias: 'challenger' }]);
    const moved = { since: move.effectiveOrigin, reason: 'to see it answer' };
    expect((await queries.history(INSTRUMENT, PAGE)).current).toEqual([
      { ...moved, alias: 'champion', model: 'garch_t@1' },
      { ...moved, alias: 'challenger', model: 'har@1' },
    ]);
    const record = ModelReply.parse(await queries.find('garch_t', 1));
    expect(record.moves).toContainEqual(move);
    expect(record.card).toContain('to see it answer');
    expect(record.manifest).toMatchObject({ name: 'garch_t', version: 1 });
  });

  it('counts every move while nobody knows what time it is in the market', async () => {
    market.clock.advance(60_000);
    expect((await find('garch_t@1'))?.aliases).toMatchObject([{ alias: 'champion' }]);
  });
});
