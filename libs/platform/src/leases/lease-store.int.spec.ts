import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, hasRedis, testRedis, type TestRedis, waitFor } from '@btcforecast/testing';
import fc from 'fast-check';
import { createLogger } from '../logging/create-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { createLeaseStore } from './create-lease-store.js';
import type { Lease, LeaseRequest, LeaseStore } from './lease-store.js';

let redis: TestRedis;
const open: LeaseStore[] = [];
let names = 0;

/** @param answerMs longer where it is not what is tested: a busy machine takes its time */
function store(redisUrl = redis.url, answerMs = 20_000) {
  const lines: string[] = [];
  const logger = createLogger('test', {
    level: 'info',
    destination: { write: (line: string) => lines.push(line) },
  });
  const metrics = new Metrics({ service: 'test', region: 'solo' });
  const leases = createLeaseStore({ redisUrl, logger, metrics, answerMs });
  open.push(leases);
  return { take: async (request: LeaseRequest): Promise<Lease> => leases.take(request), metrics, lines };
}

function request(limit: number, overrides: Partial<LeaseRequest> = {}): LeaseRequest {
  names += 1;
  const name = `test:${names}`;
  return { name, limit, held: 0, atLeast: 1, wanted: 1, ahead: 0, lifeMs: 60_000, ...overrides };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

describeWhen(hasRedis(), 'there is no redis-server here')('a limit that several processes share', () => {
  beforeAll(async () => {
    redis = await testRedis();
  });
  afterAll(() => redis.close());

  it('is never given out beyond itself, whatever they ask for at once, and is given out in full', async () => {
    const stores = [store(), store(), store()];
    const asks = fc.array(fc.record({ atLeast: fc.nat(20), wanted: fc.nat(40), ahead: fc.nat(200) }), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 500 }), asks, async (limit, list) => {
        const base = request(limit);
        const leases = await Promise.all(list.map((ask, i) => stores[i % 3]!.take({ ...base, ...ask })));
        for (const [i, { granted }] of leases.entries()) {
          expect(granted === 0 || granted >= list[i]!.atLeast).toBe(true);
        }
        const sum = leases.reduce((total, { granted }) => total + granted, 0);
        const rest = await stores[0]!.take({ ...base, atLeast: 0, wanted: limit });
        expect(rest).toEqual({ granted: limit - sum, left: 0 });
        expect(await stores[1]!.take(base)).toEqual({ granted: 0, left: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps most of what is left for others when somebody asks for later', async () => {
    const asked = request(100, { ahead: 1_000 });
    expect(await store().take(asked)).toEqual({ granted: 25, left: 75 });
  });

  it('gives nothing rather than less than is of use', async () => {
    const asked = request(10, { atLeast: 8, wanted: 8 });
    expect(await store().take(asked)).toEqual({ granted: 8, left: 2 });
    expect(await store().take(asked)).toEqual({ granted: 0, left: 2 });
  });

  it('is forgotten after its time', async () => {
    const asked = request(5, { wanted: 5, lifeMs: 50 });
    const { take } = store();
    expect((await take(asked)).granted).toBe(5);
    const again = async () => (await take(asked)).granted > 0;
    await waitFor(again, { deadlineMs: 2_000, what: 'the name is forgotten' });
  });

  it('is refused soon while Redis is away, which is logged once and measured, and shared again after', async () => {
    const mortal = await testRedis();
    const { take, lines, metrics } = store(mortal.url);
    await take(request(5));
    await mortal.close();
    for (let i = 0; i < 10; i += 1)
      await expect(take(request(5))).rejects.toMatchObject({ kind: 'transient' });
    expect(lines.filter((line) => line.includes('Redis is away'))).toHaveLength(1);
    expect(await metrics.registry.metrics()).toMatch(/^leases_shared\{.*\} 0$/m);
  });

  it('is refused soon while Redis does not answer', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const address = silent.address();
    if (typeof address !== 'object' || !address) throw new Error('no port');
    const { take } = store(`redis://127.0.0.1:${address.port}`, 100);
    await expect(take(request(5))).rejects.toMatchObject({ kind: 'transient' });
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});

describeWhen(true, '')('a process that is alone', () => {
  it('gets what it has not got yet, at once', () => {
    const alone = createLeaseStore({
      logger: createLogger('test', { level: 'silent' }),
      metrics: new Metrics({ service: 'test', region: 'solo' }),
    });
    expect(alone.take(request(100))).toEqual({ granted: 100, left: 0 });
    expect(alone.take(request(100, { held: 100 }))).toEqual({ granted: 0, left: 0 });
    expect(alone.take(request(40, { held: 100 }))).toEqual({ granted: 0, left: 0 });
  });
});
