import { describe, expect, it } from '@jest/globals';
import { AlertCondition } from '@btcforecast/contracts';
import fc from 'fast-check';
import { describeValue, judgeValue } from './judge-value.js';

const BTC = { instrument: 'BTC-USD' } as const;
const price = (rest: object) => AlertCondition.parse({ kind: 'price', ...BTC, ...rest });
const verdicts = (condition: AlertCondition, values: readonly number[]) =>
  values.map((value) => judgeValue(condition, { at: 0, value }));

describe('a value', () => {
  it('above or below a price is judged strictly, with what lies between in neither direction', () => {
    expect(verdicts(price({ test: 'above', level: 100, clear: 95 }), [101, 100, 96, 95, 94])).toEqual([
      ...['fires', 'holds', 'holds', 'clears', 'clears'],
    ]);
    expect(verdicts(price({ test: 'below', level: 100, clear: 105 }), [99, 100, 104, 105, 106])).toEqual([
      ...['fires', 'holds', 'holds', 'clears', 'clears'],
    ]);
    expect(verdicts(price({ test: 'above', level: 100 }), [100.01, 100, 99])).toEqual([
      'fires',
      'clears',
      'clears',
    ]);
  });

  it('crosses a level in either direction, and is over with the next that does not', () => {
    const condition = price({ test: 'crosses', level: 100 });
    const closes = [99, 101, 102, 98, 100, 99, 100.5];
    const found = closes.map((value, i) =>
      judgeValue(condition, { at: i, value, ...(i > 0 && { previous: closes[i - 1]! }) }),
    );
    expect(found).toEqual(['clears', 'fires', 'clears', 'fires', 'clears', 'clears', 'fires']);
  });

  it('that moves is judged by its direction', () => {
    const change = (test: string) =>
      AlertCondition.parse({ kind: 'price_change', ...BTC, windowHours: 24, test, percent: 5, clear: 2 });
    const values = [6, 3, 1, -1, -3, -6];
    expect(verdicts(change('rises'), values)).toEqual([
      'fires',
      'holds',
      'clears',
      'clears',
      'clears',
      'clears',
    ]);
    expect(verdicts(change('falls'), values)).toEqual([
      'clears',
      'clears',
      'clears',
      'clears',
      'holds',
      'fires',
    ]);
    expect(verdicts(change('moves'), values)).toEqual([
      'fires',
      'holds',
      'clears',
      'clears',
      'holds',
      'fires',
    ]);
  });

  it('of a probability counts from the level itself', () => {
    const event = (test: string, probability: number, clear?: number) =>
      AlertCondition.parse({
        ...{
          kind: 'event_probability',
          ...BTC,
          horizon: '24h',
          event: 'above',
          price: 1e5,
          test,
          probability,
          clear,
        },
      });
    expect(verdicts(event('at_least', 0.3, 0.2), [0.3, 0.29, 0.2])).toEqual(['fires', 'holds', 'clears']);
    expect(verdicts(event('at_most', 0.3, 0.4), [0.3, 0.31, 0.4])).toEqual(['fires', 'holds', 'clears']);
  });

  it('is never both beyond the level and on its quiet side, whatever the levels', () => {
    const positive = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom('above', 'below'),
        positive,
        positive,
        positive,
        (test, level, clear, value) => {
          const parsed = AlertCondition.safeParse({ kind: 'price', ...BTC, test, level, clear });
          fc.pre(parsed.success);
          const verdict = judgeValue(parsed.data!, { at: 0, value });
          const mirrored = price({ test: test === 'above' ? 'below' : 'above', level, clear: level });
          if (verdict === 'fires') expect(judgeValue(mirrored, { at: 0, value })).toBe('clears');
          expect(describeValue(parsed.data!, value)).toMatch(/^BTC-USD closed at [\d,.]+; asked for: /);
        },
      ),
    );
  });
});

describe('a condition', () => {
  it.each([
    { kind: 'price', ...BTC, test: 'above', level: 100, clear: 101 },
    { kind: 'price', ...BTC, test: 'below', level: 100, clear: 99 },
    { kind: 'price', ...BTC, test: 'crosses', level: 100, clear: 99 },
    { kind: 'price_change', ...BTC, windowHours: 24, test: 'rises', percent: 5, clear: 6 },
    {
      kind: 'event_probability',
      ...BTC,
      horizon: '24h',
      event: 'above',
      price: 1,
      test: 'at_most',
      probability: 0.3,
      clear: 0.2,
    },
    { kind: 'usage', share: 0.8, clear: 0.9 },
  ])('whose second level is not on the quiet side is refused: %j', (condition) => {
    expect(AlertCondition.safeParse(condition).error?.issues[0]?.path).toEqual(['clear']);
  });
});
