import { describe, expect, it } from '@jest/globals';
import { SimulationClock } from './simulation-clock.js';

const at = { wall: 0, mono: 0 };
const clock = (mode: 'replay' | 'demo', endsAt: number | null, position: number, speed: number) => {
  at.mono = 5_000;
  return new SimulationClock(
    { mode, endsAt },
    { position, speed, wallNow: () => at.wall, monotonicNow: () => at.mono },
  );
};

describe('SimulationClock', () => {
  it('runs a replay at its speed and stops it at the end of the file', () => {
    const replay = clock('replay', 100_000, 1_000, 60);
    at.mono += 500;
    expect([replay.now(), replay.speed(), replay.ended]).toEqual([31_000, 60, false]);
    at.mono += 60_000;
    expect([replay.now(), replay.speed(), replay.ended]).toEqual([100_000, 0, true]);
  });

  it('lets a demo catch up with the present and go on with it', () => {
    at.wall = 1_000_000;
    const demo = clock('demo', null, 900_000, 60);
    at.mono += 1_000;
    at.wall += 1_000;
    expect([demo.now(), demo.speed()]).toEqual([960_000, 60]);
    at.mono += 1_000;
    at.wall += 1_000;
    expect([demo.now(), demo.speed()]).toEqual([1_002_000, 1]);
    at.mono += 10_000;
    at.wall += 10_000;
    expect([demo.now(), demo.speed(), demo.ended]).toEqual([1_012_000, 1, false]);
  });

  it('never runs a demo backwards when the wall clock is set back', () => {
    at.wall = 1_000_000;
    const demo = clock('demo', null, 1_000_000, 60);
    at.wall = 400_000;
    expect(demo.now()).toBe(1_000_000);
  });
});
