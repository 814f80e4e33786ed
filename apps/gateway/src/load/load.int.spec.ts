import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Problem } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const PROGRAM = new URL('../testing/flood.program.mjs', import.meta.url).pathname;
const REST = '/v1/instruments';
const CACHED = '/v1/forecasts/BTC-USD';

let fixture: Fixture;
const floods: ChildProcess[] = [];
beforeEach(async () => {
  fixture = await startFixture({ LOAD_MAX_DELAY_MS: '60', LOAD_MAX_IN_FLIGHT: '64' });
  fixture.peer().state.delayMs = 50;
  expect((await fixture.get(CACHED)).status).toBe(200);
});
afterEach(async () => {
  for (const flood of floods.splice(0)) flood.kill('SIGKILL');
  await fixture.close();
});

/** Load of a process of its own; `end` says how often which status came. */
function flood(path: string, connections: number): { end(): Promise<Record<string, number>> } {
  const args = [PROGRAM, `${fixture.url}${path}`, `Bearer ${fixture.key}`, String(connections)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
  floods.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    async end() {
      child.stdin.end();
      await once(child, 'close');
      return JSON.parse(text) as Record<string, number>;
    },
  };
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${fixture.gateway.internalPort}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  return values.reduce((sum, value) => sum + value, 0);
}

const status = async (path: string, headers = {}): Promise<number> => {
  const response = await fixture.get(path, headers);
  await response.arrayBuffer();
  return response.status;
};

describe('several times more than the gateway can do', () => {
  it('is refused in part: health, admins and what is in memory are answered, and afterwards everything is', async () => {
    const admin = await fixture.addKey({ roles: ['admin'] });
    const load = flood(REST, 400);
    await waitFor(async () => (await metric('load_shed_total')) > 200, {
      deadlineMs: 20_000,
      what: 'it refuses',
    });
    const seen: Record<string, number[]> = { health: [], cached: [], admin: [] };
    for (let i = 0; i < 10; i += 1) {
      seen['health']!.push(await status('/health/live'));
      seen['cached']!.push(await status(CACHED));
      seen['admin']!.push(await status(REST, { authorization: `Bearer ${admin}` }));
    }
    const statuses = await load.end();
    expect(seen['health']).toEqual(Array(10).fill(200));
    expect(seen['admin']).toEqual(Array(10).fill(200));
    // A forecast is in memory for a second; when it is not, it belongs to the rest.
    expect(seen['cached']!.filter((each) => each === 200).length).toBeGreaterThanOrEqual(5);
    expect(statuses['200']).toBeGreaterThan(50);
    expect(statuses['503']).toBeGreaterThan(200);
    expect(Object.keys(statuses).sort()).toEqual(['200', '503']);
    await waitFor(async () => (await metric('load_level')) === 0 && (await metric('load_in_flight')) === 0, {
      deadlineMs: 15_000,
      what: 'it is calm again',
    });
    const after = async () =>
      (await Promise.all(Array.from({ length: 20 }, () => status(REST)))).every((each) => each === 200);
    await waitFor(after, { deadlineMs: 15_000, what: 'everything is answered again' });
  });

  it('gets a problem with the registered type and a time to come back at, and costs no quota', async () => {
    await fixture.addTenant('poor', 'free');
    const key = await fixture.addKey({ tenant: 'poor' });
    const authorization = `Bearer ${key}`;
    await status(CACHED, { authorization });
    const load = flood(REST, 300);
    const refused = await waitFor(
      async () => {
        const response = await fixture.get(REST, { authorization });
        return response.status === 503 ? response : undefined;
      },
      { deadlineMs: 20_000, what: 'it is refused' },
    );
    await load.end();
    expect(Problem.parse(await refused.json())).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
      code: 'service.overloaded',
      status: 503,
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get('ratelimit')).toBeNull();
  });
});
