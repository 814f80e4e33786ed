import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '@btcforecast/access';
import type { ForecastReply } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { CHALLENGER } from '../testing/peer-services.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';
import { bucketOf } from './client-bucket.js';

const PATH = '/v1/forecasts/BTC-USD?horizon=24h';
const CHAMPION = { name: 'har', version: 1 };

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.close());

async function modelFor(key: string, path = PATH): Promise<ForecastReply['model']> {
  const response = await fixture.get(path, { authorization: `Bearer ${key}` });
  const body = (await response.json()) as ForecastReply;
  return body.model;
}

function client(id: string): Principal {
  const rights = { roles: [], permissions: new Set<never>(), instruments: null, horizons: null };
  return { kind: 'key', id, tenant: 'default', name: 'x', ...rights };
}

/** Keys of clients with a bucket below and at or above one half. */
async function clients(count: number): Promise<{ low: string[]; high: string[] }> {
  const keys = await Promise.all(Array.from({ length: count }, () => fixture.addKey({})));
  const bucket = (key: string) => bucketOf(client(key.slice(5, 17)));
  return { low: keys.filter((key) => bucket(key) < 0.5), high: keys.filter((key) => bucket(key) >= 0.5) };
}

describe('a canary', () => {
  it('answers the clients below its share and no others, from the very first answer on', async () => {
    const { low, high } = await clients(24);
    fixture.peer().state.canaryShare = 0.5;
    fixture.peer().state.delayMs = 50; // so that all of them share what is not known yet
    const ask = (keys: string[]) => Promise.all(keys.map((key) => modelFor(key)));
    const [first, others] = await Promise.all([ask(low), ask(high)]);
    expect(first).toEqual(low.map(() => CHALLENGER));
    expect(others).toEqual(high.map(() => CHAMPION));
    expect(fixture.peer().state.latestCalls).toBeLessThanOrEqual(3);
  });

  it('and champion both answer from memory, each its own clients', async () => {
    const { low, high } = await clients(16);
    fixture.peer().state.canaryShare = 0.5;
    const [one = '', other = ''] = [low[0], high[0]];
    for (const key of [one, other]) await modelFor(key);
    const calls = fixture.peer().state.latestCalls;
    for (let i = 0; i < 10; i += 1) {
      expect(await modelFor(one)).toEqual(CHALLENGER);
      expect(await modelFor(other)).toEqual(CHAMPION);
    }
    expect(fixture.peer().state.latestCalls - calls).toBeLessThanOrEqual(2); // freshness may have run out meanwhile
  });

  it('stays with its clients while hours pass, and ends with its share', async () => {
    const { low, high } = await clients(16);
    const { state } = fixture.peer();
    state.canaryShare = 0.5;
    for (let hour = 0; hour < 3; hour += 1) {
      for (const key of low) expect(await modelFor(key)).toEqual(CHALLENGER);
      for (const key of high) expect(await modelFor(key)).toEqual(CHAMPION);
      await fixture.peer().issueNext({ announce: true });
    }
    state.canaryShare = null;
    await fixture.peer().issueNext({ announce: true });
    await waitFor(
      async () => (await Promise.all(low.map((key) => modelFor(key)))).every(({ name }) => name === 'har'),
      { deadlineMs: 2_000, what: 'the champion answers everybody' },
    );
  });

  it('does not mix with levels that were asked for', async () => {
    fixture.peer().state.canaryShare = 1;
    const key = await fixture.addKey({});
    const plain = await fixture.get(PATH, { authorization: `Bearer ${key}` });
    expect(await plain.json()).not.toHaveProperty('levels');
    const more = await fixture.get(`${PATH}&levels=0.99,0.01,0.5`, { authorization: `Bearer ${key}` });
    const { levels, model } = (await more.json()) as { levels: { level: number }[]; model: object };
    expect(levels.map(({ level }) => level)).toEqual([0.01, 0.5, 0.99]);
    expect(model).toEqual(CHALLENGER);
  });
});

describe('the bucket of a client', () => {
  it('is the same for the same key and even over many', () => {
    const bucket = (i: number) => bucketOf(client(`key-${i}`));
    const all = Array.from({ length: 2_000 }, (_, i) => bucket(i));
    expect(all.map((_, i) => bucket(i))).toEqual(all);
    expect(all.every((value) => value >= 0 && value < 1)).toBe(true);
    const below = all.filter((value) => value < 0.1).length / all.length;
    expect(below).toBeGreaterThan(0.07);
    expect(below).toBeLessThan(0.13);
  });
});
