import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventOf } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { HOUR_MS } from '@btcforecast/timeseries';
import { openAliases } from '../../test/aliases.js';
import { forecastRow } from '../../test/forecast-row.js';
import { openStore } from '../../test/forecasting.js';
import { INSTRUMENT, openMarket, setFeed, type TestMarket } from '../../test/market.js';
import { ForecastRepository } from '../forecasts/forecast.repository.js';
import { ChampionSettings } from '../models/champion-settings.js';
import type { PromotionRequest } from './alias.service.js';

const HAR = { name: 'har', version: 1 };
const EWMA = { name: 'ewma_rw', version: 1 };
const YEAR = { name: 'uncond_1y', version: 1 };
/** Some minutes after a candle has closed. */
const NOW = Date.UTC(2025, 0, 1, 10, 7);
const EFFECTIVE = Date.UTC(2025, 0, 1, 12);

let market: TestMarket;
let parts: ReturnType<typeof openAliases>;
let run = 0;
let feed: string;

const who = () => ({ feed, instrument: INSTRUMENT, actor: 'test', reason: 'because of a test' });
const promote = (model: typeof HAR, alias: PromotionRequest['alias'], override = false) =>
  parts.service.promote({ ...who(), ...model, alias, override });
const holders = () => parts.service.holders(feed, INSTRUMENT);
const history = async () =>
  (await parts.aliases.history(feed, INSTRUMENT, { limit: 100 }))
    .reverse()
    .map(({ alias, from, to }) => [alias, from?.name ?? null, to?.name ?? null]);

beforeAll(async () => {
  market = await openMarket();
  parts = openAliases(market);
  const store = await openStore(market, 'live'); // registers the shipped models
  await store.onApplicationShutdown();
});
beforeEach(async () => {
  run += 1;
  feed = `replay-a${String(run).padStart(7, '0')}`;
  await setFeed(market, { feed, venue: feed, eventAt: NOW });
});
afterEach(() => market.clock.advance(1_000));
afterAll(() => market?.close());

describe('AliasService', () => {
  it('begins with the configured champion and nobody else', async () => {
    expect(await holders()).toEqual({ champion: HAR, challenger: null, canary: null });
  });

  it('waits for a configured champion that nobody has registered yet', async () => {
    const early = openAliases(market, new ChampionSettings('har@55')).service;
    await expect(early.holders(feed, INSTRUMENT)).rejects.toMatchObject({
      kind: 'transient',
      code: 'forecast.model_not_ready',
    });
  });

  it('makes a version challenger two candles ahead, by its technical check', async () => {
    const move = await promote(EWMA, 'challenger');
    const technical = await parts.evaluations.latest('ewma_rw', 1, 'technical');
    expect(move).toMatchObject({
      alias: 'challenger',
      from: null,
      to: EWMA,
      effectiveOrigin: EFFECTIVE,
      movedAt: NOW,
      evaluationId: technical!.id,
    });
    expect(await holders()).toMatchObject({ champion: HAR, challenger: EWMA });
    const at = (origin: number) => parts.aliases.holderAt(feed, INSTRUMENT, 'challenger', origin);
    expect(await at(EFFECTIVE - 1)).toBeNull();
    const { id: moveId, reason } = move;
    expect(await at(EFFECTIVE)).toEqual({ ...EWMA, share: null, since: EFFECTIVE, moveId, reason });
  });

  it('makes nobody champion without a passed shadow on that feed, whatever other feeds say', async () => {
    await expect(promote(EWMA, 'champion')).rejects.toMatchObject({
      kind: 'caller',
      code: 'model.refused',
      message: expect.stringMatching(
        /ewma_rw@1 cannot be promoted: its shadow evaluation on BTC-USD .* is missing; make it challenger .*"override": true/,
      ),
    });
    await parts.evaluate(EWMA, 'shadow', { feed: 'live' });
    await expect(promote(EWMA, 'champion')).rejects.toMatchObject({ code: 'model.refused' });
    await parts.evaluate(EWMA, 'shadow', { feed, verdict: 'refused' });
    await expect(promote(EWMA, 'champion')).rejects.toMatchObject({
      message: expect.stringMatching(/shadow .* failed \(evaluation \d+: coverage: 71 % of 200\)/),
    });
    expect(await history()).toEqual([]);
    const id = await parts.evaluate(EWMA, 'shadow', { feed });
    await expect(promote(EWMA, 'champion')).resolves.toMatchObject({ evaluationId: id, from: HAR, to: EWMA });
  });

  it('an override spares the shadow, never the technical check', async () => {
    await expect(promote(EWMA, 'champion', true)).resolves.toMatchObject({ to: EWMA });
    await parts.evaluate(YEAR, 'technical', { feed, verdict: 'refused' });
    await expect(promote(YEAR, 'champion', true)).rejects.toMatchObject({ code: 'model.refused' });
    await expect(promote(YEAR, 'challenger', true)).rejects.toMatchObject({ code: 'model.refused' });
  });

  it('knows no version that is not registered', async () => {
    await expect(promote({ name: 'har', version: 99 }, 'challenger')).rejects.toMatchObject({
      code: 'model.not_found',
    });
  });

  it('keeps the predecessor as challenger after a promotion, and ends the canary', async () => {
    await promote(EWMA, 'challenger');
    await parts.service.startCanary({ ...who(), ...EWMA, share: 0.1 });
    await parts.evaluate(EWMA, 'shadow', { feed });
    await promote(EWMA, 'champion');
    expect(await holders()).toEqual({ champion: EWMA, challenger: HAR, canary: null });
    expect(await history()).toEqual([
      ['challenger', null, 'ewma_rw'],
      ['canary', null, 'ewma_rw'],
      ['champion', 'har', 'ewma_rw'],
      ['challenger', 'ewma_rw', 'har'],
      ['canary', 'ewma_rw', null],
    ]);
    await expect(promote(EWMA, 'champion')).rejects.toMatchObject({ code: 'model.conflict' });
    await expect(promote(EWMA, 'challenger')).rejects.toMatchObject({ code: 'model.conflict' });
  });

  it('rolls back to the predecessor, once, and only from the champion', async () => {
    await promote(EWMA, 'champion', true);
    await expect(parts.service.rollBack({ ...who(), ...HAR })).rejects.toMatchObject({
      code: 'model.conflict',
      message: expect.stringMatching(/har@1 is not champion of BTC-USD, ewma_rw@1 is/),
    });
    await expect(parts.service.rollBack({ ...who(), ...EWMA })).resolves.toMatchObject({
      from: EWMA,
      to: HAR,
    });
    expect(await holders()).toEqual({ champion: HAR, challenger: null, canary: null });
    await expect(parts.service.rollBack({ ...who(), ...HAR })).rejects.toMatchObject({
      code: 'model.conflict',
      message: expect.stringMatching(/no predecessor/),
    });
  });

  it('lets only the challenger answer a share, and takes that away with the challenger', async () => {
    const start = () => parts.service.startCanary({ ...who(), ...EWMA, share: 0.25 });
    await expect(start()).rejects.toMatchObject({ code: 'model.conflict' });
    await promote(EWMA, 'challenger');
    await expect(start()).resolves.toMatchObject({ alias: 'canary', to: EWMA, share: 0.25 });
    await expect(start()).rejects.toMatchObject({ code: 'model.conflict' });
    const clear = (expected: typeof HAR) => parts.service.clear({ ...who(), alias: 'challenger', expected });
    await expect(clear(YEAR)).rejects.toMatchObject({ code: 'model.conflict' });
    await clear(EWMA);
    expect(await holders()).toEqual({ champion: HAR, challenger: null, canary: null });
  });

  it('of many that decide at once lets none overrule another unseen: each moves on from the one before', async () => {
    const outcomes = await Promise.allSettled(
      [EWMA, YEAR, EWMA, YEAR].map((m) => promote(m, 'champion', true)),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of lost) expect(reason).toMatchObject({ kind: 'caller', code: 'model.conflict' });
    const moves = await parts.aliases.listOf(feed, INSTRUMENT, 'champion');
    expect(moves).toHaveLength(outcomes.length - lost.length);
    expect(moves.length).toBeGreaterThan(0);
    const line = [HAR, ...moves.map(({ to }) => to)];
    expect(moves.map(({ from }) => from)).toEqual(line.slice(0, -1));
  });

  it('takes effect after all that was answered, and never before an earlier move', async () => {
    const newest = Date.UTC(2025, 0, 3);
    const forecasts = new ForecastRepository(market.dataSource);
    await forecasts.store([forecastRow({ feed, source: 'replay', venue: feed, origin: newest })]);
    const first = await promote(EWMA, 'challenger');
    expect(first.effectiveOrigin).toBe(newest + HOUR_MS);
    const second = await promote(EWMA, 'champion', true);
    expect(second.effectiveOrigin).toBe(newest + HOUR_MS);
  });

  it('moves nothing while event time is unknown', async () => {
    market.clock.advance(60_000);
    await expect(promote(EWMA, 'challenger')).rejects.toMatchObject({ code: 'market.clock_unknown' });
    expect(await history()).toEqual([]);
  });

  it('tells of each move', async () => {
    const heard: EventOf<'model.promoted'>[] = [];
    const subscription = market.events.subscribe('model.promoted', (event) => {
      if (event.feed === feed) heard.push(event);
    });
    await waitFor(() => market.events.flowing, { deadlineMs: 5_000, what: 'events flow' });
    await promote(EWMA, 'champion', true);
    await waitFor(() => heard.length === 2, { deadlineMs: 5_000, what: 'two events' });
    subscription.unsubscribe();
    expect(heard.map(({ alias, model, effectiveOrigin }) => [alias, model, effectiveOrigin])).toEqual([
      ['champion', 'ewma_rw@1', EFFECTIVE],
      ['challenger', 'har@1', EFFECTIVE],
    ]);
  });

  it('never changes a move that was made', async () => {
    const { id } = await promote(EWMA, 'challenger');
    await expect(
      market.dataSource.query('UPDATE model_alias_moves SET reason = $1 WHERE id = $2', ['another', id]),
    ).rejects.toThrow('immutable');
  });
});
