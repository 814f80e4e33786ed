import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { outcomeOf } from './outcome.js';

const NOW = Date.UTC(2025, 0, 1, 12);
const answer = (status: number, headers: Record<string, string> = {}, body = '') =>
  outcomeOf({ status, headers, body: Buffer.from(body) }, NOW);

describe('an answer', () => {
  it('means delivered exactly when it is 2xx', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        const { isDelivered, failure, isGone, isOverloaded } = answer(status);
        expect(isDelivered).toBe(status >= 200 && status <= 299);
        expect(failure === null).toBe(isDelivered);
        expect(isGone).toBe(status === 410);
        expect(isOverloaded).toBe([429, 502, 504].includes(status));
      }),
    );
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Wed, 01 Jan 2025 12:01:00 GMT', 60_000],
    ['Wed, 01 Jan 2025 11:00:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    ['1e9', 0],
    ['', 0],
  ])('that says Retry-After %j asks for %d ms', (value, askedMs) => {
    expect(answer(503, { 'retry-after': value })).toMatchObject({ askedMs, isOverloaded: askedMs > 0 });
  });

  it('is given no wait for a success', () => {
    expect(answer(200, { 'retry-after': '60' })).toMatchObject({ askedMs: 0, isOverloaded: false });
  });

  it('is kept as text that can be stored and shown', () => {
    expect(answer(500, {}, 'a\u0000b\u001b[31mc\u202ed\ne').response).toBe('a\ufffdb\ufffd[31mc\ufffdd\ne');
    expect(answer(500).response).toBeNull();
    const bytes = outcomeOf({ status: 200, headers: {}, body: Buffer.from([0xff, 0xfe, 0x41]) }, NOW);
    expect(bytes.response).toBe('\ufffd\ufffdA');
  });
});
