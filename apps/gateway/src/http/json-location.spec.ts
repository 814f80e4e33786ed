import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonErrorPlace } from './json-location.js';

describe('the place where a text stops being JSON', () => {
  it.each([
    ['{"a":}', 'line 1, column 6'],
    ['{"a":', 'its end, line 1, column 6'],
    ['', 'its end, line 1, column 1'],
    ['{\n  "a": 1,\n  b: 2\n}', 'line 3, column 3'],
    ['{"a": 1,}', 'line 1, column 9'],
    ['[1, 2,]', 'line 1, column 7'],
    ['[1 2]', 'line 1, column 4'],
    ["{'a': 1}", 'line 1, column 2'],
    ['{"a" 1}', 'line 1, column 6'],
    ['{"a": 01}', 'line 1, column 7'],
    ['{"a": NaN}', 'line 1, column 7'],
    ['{"a": "b\nc"}', 'line 1, column 7'],
    ['{"a": "\\x"}', 'line 1, column 7'],
    ['{"a": 1} x', 'line 1, column 10'],
    ['{"a": [1}', 'line 1, column 9'],
    ['[[]', 'its end, line 1, column 4'],
    ['tru', 'line 1, column 1'],
    ['1.', 'line 1, column 1'],
  ])('of %j is %s', (text, place) => {
    expect(jsonErrorPlace(text)).toBe(place);
  });

  /** Offset of a place, so that it can be compared. */
  function offsetOf(text: string): number {
    const [, line, column] = /line (\d+), column (\d+)$/.exec(jsonErrorPlace(text)) ?? [];
    const before = text.split('\n').slice(0, Number(line) - 1);
    return before.reduce((sum, each) => sum + each.length + 1, 0) + Number(column) - 1;
  }

  it('is never past what was right, nor before where it was broken', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom('\u0001', '@', ''), (json, n, junk) => {
        const at = n % json.length;
        const broken = junk === '' ? json.slice(0, at) : json.slice(0, at) + junk + json.slice(at);
        fc.pre(!isJson(broken));
        // A broken token is named by its beginning, so the place may lie before the junk, never after it.
        expect(offsetOf(broken)).toBeLessThanOrEqual(at);
        const sound = broken.slice(0, offsetOf(broken)).trim();
        expect(['', ',', ':', '{', '['].some((end) => sound.endsWith(end) || canGoOn(sound))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('of what is JSON is its end', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(jsonErrorPlace(json)).toMatch(/^its end, /);
      }),
    );
  });

  it('is found in little time, however deep the text is', () => {
    expect(jsonErrorPlace('['.repeat(1_000_000))).toBe('its end, line 1, column 1000001');
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a text is the beginning of some JSON: closing what is open makes it whole. */
function canGoOn(text: string): boolean {
  const closers = [...text.replace(/"(?:[^"\\]|\\.)*"/g, '')].reduce<string[]>((open, each) => {
    if (each === '{' || each === '[') return [each === '{' ? '}' : ']', ...open];
    return each === '}' || each === ']' ? open.slice(1) : open;
  }, []);
  return ['', ':0', '0', '"":0'].some((filler) => isJson(text + filler + closers.join('')));
}
