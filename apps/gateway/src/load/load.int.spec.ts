import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

const PROGRAM = new URL('../testing/flood.program.mjs', import.meta.url).pathname;
const HEALTH = '/health/live';
const REST = '/v1/instruments';
const CACHED = '/v1/forecasts/BTC-USD';
const DEADLINE_MS = 20_000;

let fixture: Fixture;
let admin: string;
const floods: ChildProcess[] = [];
beforeAll(async () => {
  fixture = await startFixture({ LOAD_MAX_IN_FLIGHT: '8' });
  admin = `Bearer ${await fixture.addKey({ roles: ['admin'] })}`;
});
afterAll(() => fixture.close());
afterEach(() => {
  for (const flood of floods.splice(0)) flood.kill('SIGKILL');
  fixture.peer().state.delayMs = 0;
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

async function status(path: string, authorization = `Bearer ${fixture.key}`, url = fixture.url) {
  const response = await fetch(`${url}${path}`, { headers: { authorization } });
  await response.arrayBuffer();
  return response.status;
}

const until = (condition: () => Promise<boolean>, what: string) =>
  waitFor(condition, { deadlineMs: DEADLINE_MS, what });

describe('several times more requests than there may be at the same time', () => {
  it('are refused in part: health, admins and what is in memory are answered, and afterwards everything is', async () => {
    fixture.peer().state.delayMs = 30;
    const load = flood(REST, 40);
    await until(async () => (await metric('load_shed_total')) > 50, 'it refuses');
    for (let i = 0; i < 5; i += 1) {
      expect(await status(HEALTH)).toBe(200);
      expect(await status(REST, admin)).toBe(200);
    }
    // A forecast stays in memory for a second; then it takes somebody with a place to bring it back.
    const fromMemory = async () => (await status(CACHED, admin)) === 200 && (await status(CACHED)) === 200;
    await until(fromMemory, 'a forecast is answered from memory');
    const statuses = await load.end();
    expect(Object.keys(statuses).sort()).toEqual(['200', '503']);
    expect(statuses['200']).toBeGreaterThan(8);
    await until(async () => (await metric('load_in_flight')) === 0, 'nothing is under way');
    expect(await Promise.all(Array.from({ length: 8 }, () => status(REST)))).toEqual(Array(8).fill(200));
  });

  it('get a problem with the registered type and a time to come back at, and cost no quota', async () => {
    await fixture.addTenant('poor', 'free');
    const headers = { authorization: `Bearer ${await fixture.addKey({ tenant: 'poor' })}` };
    fixture.peer().state.delayMs = 30;
    const load = flood(REST, 30);
    let answered = 0;
    const refused = await waitFor(
      async () => {
        const response = await fixture.get(REST, headers);
        if (response.status === 503) return response;
        answered += 1;
        return undefined;
      },
      { deadlineMs: DEADLINE_MS, what: 'it is refused' },
    );
    await load.end();
    expect(Problem.parse(await refused.json())).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
      code: 'service.overloaded',
      status: 503,
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get('ratelimit')).toBeNull();
    await until(async () => (await metric('load_in_flight')) === 0, 'nothing is under way');
    const after = await fixture.get(REST, headers);
    expect(after.headers.get('ratelimit')).toContain(`"daily";r=${10_000 - answered - 1}`);
  });
});

describe('an event loop that is late', () => {
  /** Blocks this process, gateway and all, for so long at a time. */
  function block(ms: number): () => void {
    let over = false;
    const turn = (): void => {
      for (const end = performance.now() + ms; performance.now() < end;);
      if (!over) setTimeout(turn, 0);
    };
    turn();
    return () => (over = true);
  }

  it('has forecasts from memory refused, then admins too, but never health; and all come back', async () => {
    const { url } = await fixture.addGateway({ LOAD_MAX_DELAY_MS: '10' });
    const seen = async () => {
      const asked = [status(HEALTH, '', url), status(CACHED, admin, url), status(CACHED, undefined, url)];
      return (await Promise.all(asked)).join(' ');
    };
    await until(async () => (await seen()) === '200 200 200', 'all are answered');
    const late = block(90);
    await until(async () => (await seen()) === '200 200 503', 'cached reads are refused');
    late();
    const later = block(320);
    await until(async () => (await seen()) === '200 503 503', 'admins are refused too');
    later();
    await until(async () => (await seen()) === '200 200 200', 'all are answered again');
  });
});
