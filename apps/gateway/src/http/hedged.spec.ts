import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hedged } from './hedged.js';

/** How calls end, one after the other: with a value or an error, sooner or later. */
interface Ending {
  readonly afterMs: number;
  readonly fails: boolean;
}
const ending: fc.Arbitrary<Ending> = fc.record({ afterMs: fc.constantFrom(0, 40), fails: fc.boolean() });

function calls(endings: readonly Ending[]) {
  let asked = 0;
  const ask = (): Promise<string> => {
    const name = `call ${(asked += 1)}`;
    const { afterMs, fails } = endings[asked - 1]!;
    return new Promise((resolve, reject) => {
      setTimeout(() => (fails ? reject(new Error(name)) : resolve(name)), afterMs);
    });
  };
  return { ask, asked: () => asked };
}

describe('a question that may be asked twice', () => {
  it('is asked once when the first answers in time, and brings the first answer there is', async () => {
    await fc.assert(
      fc.asyncProperty(ending, ending, async (first, second) => {
        const { ask, asked } = calls([first, second]);
        const outcome = await hedged(ask, 15).then(
          (value) => ({ value }),
          (error: Error) => ({ error: error.message }),
        );
        if (first.afterMs === 0) {
          expect(asked()).toBe(1);
          expect(outcome).toEqual(first.fails ? { error: 'call 1' } : { value: 'call 1' });
          return;
        }
        expect(asked()).toBe(2);
        if (first.fails && second.fails) expect(outcome).toEqual({ error: 'call 1' });
        else if (first.fails) expect(outcome).toEqual({ value: 'call 2' });
        else if (second.fails) expect(outcome).toEqual({ value: 'call 1' });
        else expect(outcome).toHaveProperty('value');
      }),
      { numRuns: 30 },
    );
  });
});
