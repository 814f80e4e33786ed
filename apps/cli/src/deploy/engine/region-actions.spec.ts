import { expect, it } from '@jest/globals';
import type { Driver } from '../driver.js';
import { recreate } from './region-actions.js';
import type { StepContext } from './step-context.js';

/** Whoever found one of two servers gone leaves it alone for so long, and asks the other. */
const LEFT_ALONE_MS = 2_000;
const STARTS_MS = 3_000;

it('makes two servers anew one after the other, the second when everybody asks the first again', async () => {
  let now = 0;
  const madeAt = new Map<string, number>();
  const isWell = (name: string): boolean => now >= (madeAt.get(name) ?? -STARTS_MS) + STARTS_MS;
  const servers = ['haproxy', 'haproxy-2'];
  const driver = {
    name: 'simulated',
    recreate: async (_region: string, server: string) => {
      for (const other of servers.filter((each) => each !== server)) {
        expect(isWell(other)).toBe(true);
        const wellSince = (madeAt.get(other) ?? -Infinity) + STARTS_MS;
        expect(now - wellSince).toBeGreaterThan(LEFT_ALONE_MS);
      }
      madeAt.set(server, now);
    },
    servers: async () => servers.map((name) => ({ name, well: isWell(name), state: 'simulated' })),
  } as unknown as Driver;
  const pace = {
    now: () => now,
    wait: async (ms: number) => {
      now += ms;
    },
  };
  const context = {
    driver,
    pace,
    rules: { deadlineMs: 60_000, everyMs: 100 },
    signal: new AbortController().signal,
  } as unknown as StepContext;

  await recreate({ id: '1', kind: 'recreate', region: 'us-east', servers }, context);
  expect([...madeAt.keys()]).toEqual(servers);
});
