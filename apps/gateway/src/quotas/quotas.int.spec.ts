import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { burstPhase, QuotaService } from '@btcforecast/access';
import { Problem, UsageReply } from '@btcforecast/contracts';
import { describeWhen, hasRedis, testRedis, waitFor } from '@btcforecast/testing';
import { parseList } from 'structured-headers';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const TIERS = {
  tiny: { burst: 30, daily: 1_000, concurrent: 3 },
  short: { burst: 1_000, daily: 40, concurrent: null },
  wide: { burst: 20, daily: 100_000, concurrent: null },
};
const PATH = '/v1/forecasts/BTC-USD';
const UNCACHED = '/v1/instruments';

let fixture: Fixture;
let tenants = 0;
beforeAll(async () => {
  fixture = await startFixture({ QUOTA_TIERS: JSON.stringify(TIERS) });
});
afterAll(() => fixture.close());
afterEach(() => {
  fixture.peer().state.delayMs = 0;
});

/** Somebody of a new tenant. */
async function somebody(
  tier: keyof typeof TIERS,
  roles: ('viewer' | 'developer' | 'admin')[] = ['developer'],
) {
  tenants += 1;
  const tenant = `tenant-${tenants}`;
  await fixture.addTenant(tenant, tier);
  const key = await fixture.addKey({ tenant, roles });
  return {
    tenant,
    ask: (path = PATH, init: RequestInit = {}, url = fixture.url) =>
      fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } }),
  };
}

function items(response: Response, name: string): Record<string, Record<string, unknown>> {
  const list = parseList(response.headers.get(name) ?? '');
  return Object.fromEntries(list.map(([item, parameters]) => [String(item), Object.fromEntries(parameters)]));
}

/** Minutes of a tenant that have begun between two instants. */
function windows(tenant: string, fromMs: number, toMs: number): number {
  const number = (ms: number) => Math.floor((ms - burstPhase(tenant)) / 60_000);
  return number(toMs) - number(fromMs) + 1;
}

describe('every reply to a tenant with limits', () => {
  it('says what they are and what is left, from memory, on a miss, on 304 and on an error', async () => {
    const { ask } = await somebody('tiny');
    const first = await ask();
    const etag = first.headers.get('etag') ?? '';
    const rest = [
      await ask(),
      await ask(PATH, { headers: { 'if-none-match': etag } }),
      await ask(UNCACHED),
      await ask('/v1/forecasts/by-id/xyz'),
      await ask(PATH, { method: 'HEAD' }),
    ];
    expect([first, ...rest].map(({ status }) => status)).toEqual([200, 200, 304, 200, 400, 200]);
    for (const response of [first, ...rest]) {
      expect(items(response, 'ratelimit-policy')).toEqual({
        burst: { q: 30, w: 60 },
        daily: { q: 1_000, w: 86_400 },
        concurrent: { q: 3, qu: 'concurrent-requests' },
      });
    }
    const left = [first, ...rest].map((response) => items(response, 'ratelimit')['daily']?.['r']);
    expect(left).toEqual([999, 998, 997, 996, 995, 994]);
    const { t } = items(first, 'ratelimit')['burst'] ?? {};
    expect(t).toBeGreaterThanOrEqual(1);
    expect(t).toBeLessThanOrEqual(60);
  });

  it('costs what its route costs', async () => {
    const { ask } = await somebody('tiny');
    await ask('/v1/performance/BTC-USD');
    expect(items(await ask(), 'ratelimit')['daily']).toMatchObject({ r: 1_000 - 5 - 1 });
    // What is dearer than a whole minute takes a whole minute, and its price of the day.
    const started = await ask('/v1/backtests', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(items(started, 'ratelimit')['burst']?.['r']).toBeLessThanOrEqual(30 - 6);
  });

  it('has none of it where nothing is limited, and for nobody known', async () => {
    const mine = await fixture.get(PATH);
    const nobody = await fetch(`${fixture.url}${PATH}`);
    const health = await fetch(`${fixture.url}/health/live`);
    for (const { headers } of [mine, nobody, health]) {
      expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null]);
    }
  });
});

describe('a tenant that asks too much', () => {
  it('is let in exactly as often as its minute allows, and told when to come back', async () => {
    const { tenant, ask } = await somebody('tiny');
    const from = Date.now();
    const answers = await Promise.all(Array.from({ length: 90 }, () => ask()));
    const minutes = windows(tenant, from, Date.now());
    await Promise.all(answers.map((response) => response.text()));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(30 * minutes);
    expect(refused.length).toBeGreaterThanOrEqual(90 - 30 * minutes);
    for (const response of refused) {
      const t = Number(
        items(response, 'ratelimit')['burst']?.['t'] ?? items(response, 'ratelimit')['concurrent']?.['t'],
      );
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(t);
    }
  });

  it('gets the registered problem with the policies it broke, and others are not held up', async () => {
    const { ask } = await somebody('short');
    const answers = await Promise.all(Array.from({ length: 41 }, () => ask()));
    const refused = answers.find(({ status }) => status === 429);
    expect(Problem.parse(await refused?.json())).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      code: 'quota.exceeded',
      status: 429,
      'violated-policies': ['daily'],
    });
    expect(items(refused!, 'ratelimit')).toMatchObject({ daily: { r: 0 } });
    expect(refused!.headers.get('cache-control')).toBe('no-store');
    expect((await (await somebody('tiny')).ask()).status).toBe(200);
  });

  it('at the same time is refused beyond its places, at no cost, and gets them back', async () => {
    const { ask } = await somebody('tiny');
    await ask();
    fixture.peer().state.delayMs = 400;
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(UNCACHED)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(Problem.parse(await refused.json())).toMatchObject({
      code: 'quota.concurrency',
      'violated-policies': ['concurrent'],
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    fixture.peer().state.delayMs = 0;
    expect(items(await ask(UNCACHED), 'ratelimit')['daily']).toMatchObject({ r: 1_000 - 1 - 3 - 1 });
  });

  it('gets places back too from clients that went away', async () => {
    const { ask } = await somebody('tiny');
    await ask();
    fixture.peer().state.delayMs = 300;
    const body = JSON.stringify({});
    const headers = { 'content-type': 'application/json' };
    for (let i = 0; i < 6; i += 1) {
      const signal = AbortSignal.timeout(30);
      const init = i % 2 ? { signal } : { signal, method: 'POST', headers, body };
      await ask(i % 2 ? UNCACHED : `/v1/forecasts/by-id/${'0'.repeat(64)}/reproduce`, init).catch(
        () => undefined,
      );
    }
    fixture.peer().state.delayMs = 0;
    const free = async () =>
      (await Promise.all([ask(UNCACHED), ask(UNCACHED), ask(UNCACHED)])).every(({ ok }) => ok);
    await waitFor(free, { deadlineMs: 3_000, what: 'all places are free' });
  });

  it('has streams open beside all its places, each for the one unit that opening costs', async () => {
    const { ask } = await somebody('tiny');
    await ask();
    const gone = new AbortController();
    const { signal } = gone;
    const streams = await Promise.all(
      Array.from({ length: 4 }, () => ask('/v1/stream?type=forecast', { signal })),
    );
    fixture.peer().state.delayMs = 100;
    const answers = await Promise.all([ask(UNCACHED), ask(UNCACHED), ask(UNCACHED)]);
    gone.abort();
    expect([...streams, ...answers].map(({ status }) => status)).toEqual(Array(7).fill(200));
    expect(items(await ask(), 'ratelimit')['daily']).toMatchObject({ r: 1_000 - 1 - 7 - 1 });
  });

  it('has no RateLimit beside a Retry-After that is about something else', async () => {
    const { ask } = await somebody('tiny');
    await ask();
    fixture.peer().state.delayMs = 500;
    const late = await ask(UNCACHED, { headers: { 'x-request-timeout-ms': '100' } });
    expect(late.status).toBe(504);
    expect(late.headers.get('ratelimit')).toBeNull();
    expect(late.headers.get('ratelimit-policy')).toContain('"burst"');
  });
});

describe('GET /v1/usage', () => {
  const usageOf = async (response: Response) => UsageReply.parse(await response.json());

  it('adds up what was asked by day and route, and what is left', async () => {
    const { tenant, ask } = await somebody('tiny');
    for (let i = 0; i < 4; i += 1) await ask();
    await ask('/v1/performance/BTC-USD');
    await fixture.gateway.app.get(QuotaService, { strict: false }).reconcile();
    await ask();
    const usage = await usageOf(await ask('/v1/usage'));
    expect(usage).toMatchObject({
      tenant,
      tier: 'tiny',
      limits: { daily: { limit: 1_000, remaining: 990 } },
    });
    const total = usage.data.reduce((sum, { units }) => sum + units, 0);
    expect(total).toBe(10);
    const routes = usage.data.flatMap(({ routes }) => routes);
    expect(routes).toContainEqual({
      route: 'GET /v1/performance/{instrument}',
      requests: 1,
      units: 5,
      refused: 0,
    });
  });

  it('costs nothing, and says that nothing is left to whom nothing is left', async () => {
    const { ask } = await somebody('short');
    await Promise.all(Array.from({ length: 41 }, () => ask()));
    expect((await ask()).status).toBe(429);
    const usage = await usageOf(await ask('/v1/usage'));
    expect(usage.limits.daily).toMatchObject({ limit: 40, remaining: 0 });
    expect(usage.data[0]).toMatchObject({ requests: 41, units: 40, refused: 2 });
    expect((await ask()).headers.get('retry-after')).not.toBeNull();
  });

  it('is of one day when one is asked for, and refuses what is no range of days', async () => {
    const { ask } = await somebody('tiny');
    await ask();
    expect((await usageOf(await ask('/v1/usage?from=2001-01-01&to=2001-01-01'))).data).toEqual([]);
    for (const query of [
      'from=2001-02-30',
      'from=2001-01-02&to=2001-01-01',
      'from=2001-01-01&to=2002-01-01',
      'days=3',
    ]) {
      expect((await ask(`/v1/usage?${query}`)).status).toBe(400);
    }
  });

  it('shows another tenant to an admin only; to all others it does not exist', async () => {
    const other = await somebody('tiny');
    await other.ask();
    const [viewer, admin] = [await somebody('tiny'), await somebody('tiny', ['admin'])];
    const path = `/v1/usage?tenant=${other.tenant}`;
    for (const name of [other.tenant, 'nobody-at-all']) {
      const refused = await viewer.ask(`/v1/usage?tenant=${name}`);
      expect(Problem.parse(await refused.json())).toMatchObject({ status: 404, code: 'request.not_found' });
    }
    expect((await usageOf(await viewer.ask(`/v1/usage?tenant=${viewer.tenant}`))).tenant).toBe(viewer.tenant);
    expect((await usageOf(await admin.ask(path))).data[0]).toMatchObject({ requests: 1 });
    expect((await admin.ask('/v1/usage?tenant=nobody-at-all')).status).toBe(404);
  });
});

describeWhen(hasRedis(), 'there is no redis-server here')('two gateways of one region', () => {
  it('share a minute, and the record of usage', async () => {
    const redis = await testRedis();
    try {
      const settings = { REDIS_URL: redis.url };
      const gateways = [await fixture.addGateway(settings), await fixture.addGateway(settings)];
      const { tenant, ask } = await somebody('wide');
      const from = Date.now();
      let admitted = 0;
      // The first once more: what it leased ahead of need it alone can spend.
      for (const { url } of [...gateways, gateways[0]!]) {
        const answers = await Promise.all(Array.from({ length: 15 }, () => ask(PATH, {}, url)));
        await Promise.all(answers.map((response) => response.text()));
        admitted += answers.filter(({ status }) => status === 200).length;
      }
      expect(admitted).toBeGreaterThanOrEqual(20);
      expect(admitted).toBeLessThanOrEqual(20 * windows(tenant, from, Date.now()));
      for (const { gateway } of gateways) await gateway.app.get(QuotaService, { strict: false }).reconcile();
      const usage = UsageReply.parse(await (await ask('/v1/usage')).json());
      expect(usage.data[0]?.units).toBe(admitted);
    } finally {
      await redis.close();
    }
  });
});
