import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { liveMarket, probeMarket } from './market.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-market-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A probe that ends as it would for these exchanges. */
async function scripts(source: string) {
  const marketData = join(folder, 'probe.mjs');
  await writeFile(marketData, source);
  return { marketData, checkCandleFile: '' };
}
const runner = () => ({ cwd: folder, env: {}, signal: new AbortController().signal });

it('is live by name even when no exchange answers, and says what it waits for', async () => {
  const silent = await scripts('process.exit(1)');
  expect(await liveMarket(silent, runner())).toMatchObject({
    source: 'live',
    words: expect.stringContaining('no exchange answers'),
    waitsFor: 'an exchange that answers',
  });
  expect(await probeMarket(silent, runner())).toMatchObject({ source: 'demo' });
});

it('names the exchange that answers, and waits for nothing then', async () => {
  const answering = await scripts('console.log("kraken")');
  for (const find of [liveMarket, probeMarket]) {
    expect(await find(answering, runner())).toEqual({ source: 'live', words: 'live, kraken answers' });
  }
});
