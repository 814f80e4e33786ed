import { afterEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { GAP, testClient, testService } from './rpc.fixture.js';

const open: { close(): unknown }[] = [];
const kept = <T extends { close(): unknown }>(one: T): T => (open.push(one), one);

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

describe('instances that come and go while calls are under way', () => {
  it('get the calls that begin from then on, and answer those that they have', async () => {
    const released = Promise.withResolvers<number>();
    const before = kept(await testService(() => released.promise));
    const after = kept(await testService(() => 2));
    const rpc = kept(testClient([before.port]));
    await rpc.ready('market-data');
    const slow = rpc.call(GAP, { gapId: 'x' }, { deadlineMs: 20_000 });
    await waitFor(() => rpc.pendingCalls === 1, { deadlineMs: 5_000, what: 'a call under way' });
    rpc.follow('market-data', [{ host: '127.0.0.1', port: after.port }]);
    for (let i = 0; i < 10; i++) {
      await expect(rpc.call(GAP, { gapId: 'y' })).resolves.toMatchObject({ candles: 2 });
    }
    released.resolve(1);
    await expect(slow).resolves.toMatchObject({ candles: 1 });
    expect(rpc.pendingCalls).toBe(0);
  });

  it('are found by a call that waits because none was known', async () => {
    const rpc = kept(testClient([]));
    const waiting = rpc.ready('market-data', 10_000);
    const { port } = kept(await testService(() => 3));
    rpc.follow('market-data', [{ host: '127.0.0.1', port }]);
    await waiting;
    await expect(rpc.call(GAP, { gapId: 'x' })).resolves.toMatchObject({ candles: 3 });
  });
});
