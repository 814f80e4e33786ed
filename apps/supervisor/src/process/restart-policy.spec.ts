import { describe, expect, it } from '@jest/globals';
import { nextRestart } from './restart-policy.js';

describe('nextRestart', () => {
  it('starts a process again at once when it dies for the first time', () => {
    expect(nextRestart(0, 5_000)).toEqual({ deaths: 1, delayMs: 0, slow: false });
  });

  it('waits longer each time, and only tries now and then from the fifth death on', () => {
    const delays: [number, boolean][] = [];
    for (let deaths = 0; deaths < 7;) {
      const next = nextRestart(deaths, 3_000);
      delays.push([next.delayMs, next.slow]);
      deaths = next.deaths;
    }
    expect(delays).toEqual([
      [0, false],
      [500, false],
      [1_000, false],
      [2_000, false],
      [30_000, true],
      [30_000, true],
      [30_000, true],
    ]);
  });

  it('forgets earlier deaths after a minute of life', () => {
    expect(nextRestart(6, 60_000)).toEqual({ deaths: 1, delayMs: 0, slow: false });
    expect(nextRestart(6, 59_999)).toMatchObject({ deaths: 7, slow: true });
  });
});
