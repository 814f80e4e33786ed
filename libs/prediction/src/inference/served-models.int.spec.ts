import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import { openInference } from '../../test/inference.js';
import { INSTRUMENT } from '../../test/market.js';

const actor = 'key 0123456789ab';
let bench: Awaited<ReturnType<typeof openInference>>;
beforeEach(async () => {
  bench = await openInference();
});
afterEach(() => bench?.close());

describe('which versions can be asked', () => {
  it('is the champion first, and at once; a registered one only once it is loaded', async () => {
    const here = bench.instance();
    expect((await here.service.models(null)).ready).toBe(false);
    await here.served.refresh();
    const { models, ready } = await here.service.models(null);
    expect(ready).toBe(true);
    expect(models[0]).toMatchObject({ name: 'har', version: 2, champion: true, state: 'ready' });
    expect(models.filter(({ state }) => state === 'ready')).toHaveLength(1);
    expect(await bench.ask(here, 'har@2')).toMatchObject({ ok: true, model: 'har', version: 2 });
    expect(await bench.ask(here, 'har@2', { version: null })).toMatchObject({ ok: true, version: 2 });
    expect(await bench.ask(here, 'garch_t@1')).toMatchObject({ ok: false, code: 'inference.not_loaded' });
    expect(await bench.ask(here, 'garch_t@1', { version: null })).toMatchObject({
      code: 'inference.not_loaded',
    });
    await here.service.load({ name: 'garch_t', version: null, actor });
    expect(await bench.ask(here, 'garch_t@1', { version: null })).toMatchObject({ ok: true, version: 1 });
  });

  it('are told apart from those that do not exist; names are case-sensitive', async () => {
    const here = bench.instance();
    for (const more of [
      { model: 'nobody' },
      { model: 'Har' },
      { version: 99 },
      { model: 'x', version: null },
    ]) {
      expect(await bench.ask(here, 'har@2', more)).toMatchObject({ ok: false, code: 'model.not_found' });
    }
    await expect(here.service.load({ name: 'Har', version: null, actor })).rejects.toMatchObject({
      code: 'model.not_found',
    });
    await expect(here.service.unload({ name: 'har', version: 9, actor })).rejects.toMatchObject({
      code: 'model.not_found',
    });
    await expect(here.service.statistics('har', 9)).rejects.toMatchObject({ code: 'model.not_found' });
  });

  it('are at most so many beside the champions, also when many are loaded at once', async () => {
    const here = bench.instance(2);
    const names = ['garch_t', 'ewma_rw', 'uncond_1y', 'base', 'har'];
    const outcomes = await Promise.allSettled(
      names.map((name) => here.service.load({ name, version: null, actor })),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2); // the champion needs no place
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ reason: { code: 'model.conflict', message: /unload one/ } });
    }
  });

  it('can be taken away again, after what they were asked is answered; the champion cannot', async () => {
    const here = bench.instance();
    await here.service.load({ name: 'har', version: 1, actor });
    const answers = Promise.all(Array.from({ length: 20 }, () => bench.ask(here, 'har@1')));
    await expect(here.service.unload({ name: 'har', version: null, actor })).rejects.toMatchObject({
      kind: 'caller',
      code: 'model.conflict',
    });
    expect(await here.service.unload({ name: 'har', version: 1, actor })).toEqual({
      name: 'har',
      versions: [1],
    });
    for (const answer of await answers) {
      if (!answer.ok) expect(answer.code).toBe('inference.not_loaded');
    }
    expect(await bench.ask(here, 'har@1')).toMatchObject({ ok: false, code: 'inference.not_loaded' });
    expect(await here.service.unload({ name: 'har', version: 1, actor })).toEqual({
      name: 'har',
      versions: [],
    });
  });

  it('are the same on every instance and after a restart', async () => {
    const [one, other] = [bench.instance(), bench.instance()];
    await one.service.load({ name: 'uncond_1y', version: 1, actor });
    expect(await bench.ask(other, 'uncond_1y@1')).toMatchObject({ ok: true });
    await one.service.unload({ name: 'uncond_1y', version: null, actor });
    await other.served.refresh();
    expect(await bench.ask(other, 'uncond_1y@1')).toMatchObject({ ok: false, code: 'inference.not_loaded' });
  });

  it('change with the champion: the next one is loaded before it has to answer', async () => {
    const here = bench.instance();
    await here.served.refresh();
    const origin = Date.UTC(2025, 0, 1);
    const [before] = await bench.store.plan(INSTRUMENT, [origin - HOUR_MS]);
    await bench.store.withChampion(before!, async () => undefined);
    await bench.makeChampion({ name: 'garch_t', version: 1 }, origin);
    await here.served.refresh();
    expect(here.served.champions).toEqual([{ name: 'har', version: 2 }]);
    expect(here.served.stateOf({ name: 'garch_t', version: 1 }).state).toBe('ready');
    const [after] = await bench.store.plan(INSTRUMENT, [origin]);
    await bench.store.withChampion(after!, async () => undefined);
    expect(here.served.champions[0]).toEqual({ name: 'garch_t', version: 1 });
    expect(here.served.isReady).toBe(true);
    await here.served.refresh();
    expect(await bench.ask(here, 'har@2')).toMatchObject({ ok: false, code: 'inference.not_loaded' });
  });
});
