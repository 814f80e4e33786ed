import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AliasSchedule } from '../models/alias-schedule.js';
import type { ModelReference } from '../models/model-files.js';
import { holderAmong, predecessorOf, type AliasMove } from './alias-move.js';

const model = (version: number): ModelReference => ({ name: 'm', version });
const CONFIGURED = model(1);

let number = 0;
function move(given: Partial<AliasMove>): AliasMove {
  number += 1;
  return {
    id: String(number),
    feed: 'live',
    instrument: 'BTC-USD',
    alias: 'champion',
    from: null,
    to: null,
    share: null,
    effectiveOrigin: 0,
    actor: 'test',
    reason: 'test',
    evaluationId: null,
    movedAt: 0,
    ...given,
  };
}
/** A chain of moves, one each hour, from the configured champion on. */
const chain = (...versions: number[]) =>
  versions.map((version, i) =>
    move({ from: model(versions[i - 1] ?? 1), to: model(version), effectiveOrigin: i + 1 }),
  );

describe('holderAmong', () => {
  it('names the newest move at or before the origin', () => {
    const moves = chain(2, 3);
    expect([0, 1, 1.5, 2, 9].map((origin) => holderAmong(moves, origin)?.version)).toEqual([
      undefined,
      2,
      2,
      3,
      3,
    ]);
  });

  it('of two moves for one origin takes the later', () => {
    const moves = [move({ to: model(2), effectiveOrigin: 5 }), move({ to: model(3), effectiveOrigin: 5 })];
    expect(holderAmong(moves, 5)).toMatchObject({ version: 3, moveId: moves[1]!.id, since: 5 });
  });

  it('names nobody after the alias was cleared', () => {
    const moves = [move({ to: model(2), effectiveOrigin: 1 }), move({ to: null, effectiveOrigin: 2 })];
    expect([1, 2].map((origin) => holderAmong(moves, origin)?.version)).toEqual([2, undefined]);
  });
});

describe('predecessorOf', () => {
  it.each<[string, number[], number | undefined]>([
    ['none before the first promotion', [], undefined],
    ['the configured one after the first', [2], 1],
    ['the one before after several', [2, 3], 2],
    ['none after a rollback to the configured one', [2, 1], undefined],
    ['whoever was before the one rolled back to', [2, 3, 2], 1],
    ['the one before again after another promotion', [2, 3, 2, 4], 2],
  ])('is %s', (_what, versions, expected) => {
    expect(predecessorOf(chain(...versions))?.version).toBe(expected);
  });

  it('is never the holder itself', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }), (versions) => {
        const moves = chain(...versions);
        expect(predecessorOf(moves)?.version).not.toBe(versions.at(-1));
      }),
    );
  });
});

describe('AliasSchedule', () => {
  it('falls back to earlier champions, the latest first, but to none that was rolled back', () => {
    const { champion, fallbacks } = new AliasSchedule(chain(2, 3, 2, 4)).at('BTC-USD', 9, CONFIGURED);
    expect(champion).toEqual(model(4));
    expect(fallbacks.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('knows the configured champion where nothing was moved', () => {
    const schedule = new AliasSchedule(chain(2));
    expect(schedule.at('ETH-USD', 9, CONFIGURED)).toMatchObject({
      champion: CONFIGURED,
      challenger: null,
      canary: null,
    });
    expect(schedule.at('BTC-USD', 0, CONFIGURED)).toMatchObject({ champion: CONFIGURED, fallbacks: [] });
  });

  it('says who gets an alias after an origin', () => {
    const moves = [
      ...chain(2, 3),
      move({ alias: 'challenger', to: model(5), effectiveOrigin: 3 }),
      move({ alias: 'challenger', to: null, effectiveOrigin: 4 }),
    ];
    expect(new AliasSchedule(moves).after('BTC-USD', 1).map(({ version }) => version)).toEqual([3, 5]);
  });
});
