import { describe, expect, it } from '@jest/globals';
import { between, holds, merged, misses } from './report.mjs';

const row = { what: 'speed', value: 10, unit: 'm/s' };

describe('a bar', () => {
  it('is held from either side, equality included', () => {
    expect(holds({ ...row, bar: { of: 'value', min: 10 } })).toBe(true);
    expect(holds({ ...row, bar: { of: 'value', min: 10.1 } })).toBe(false);
    expect(holds({ ...row, bar: { of: 'value', max: 10 } })).toBe(true);
    expect(holds({ ...row, bar: { of: 'value', max: 9.9 } })).toBe(false);
  });

  it('of a ratio judges the ratio and not the value', () => {
    expect(holds({ ...row, ratio: 0.4, bar: { of: 'ratio', min: 0.5 } })).toBe(false);
    expect(holds({ ...row, ratio: 0.6, bar: { of: 'ratio', min: 0.5 } })).toBe(true);
  });

  it('is neither held nor missed by what was not measured', () => {
    const unknown = { what: 'speed', value: null, bar: { of: 'value', min: 1 } } as const;
    expect(holds(unknown)).toBeUndefined();
    expect(holds(row)).toBeUndefined();
    expect(misses([unknown, row])).toEqual([]);
  });
});

describe('the figures in a document', () => {
  const document = 'a\n<!-- figures: begin -->old<!-- figures: end -->\nb\n';

  it('replace what stands between the markers and nothing else', () => {
    const once = between(document, 'new');
    expect(once).toBe('a\n<!-- figures: begin -->\n\nnew\n\n<!-- figures: end -->\nb\n');
    expect(between(once, 'new')).toBe(once);
  });

  it('are refused where the markers are missing', () => {
    expect(() => between('a', 'new')).toThrow(/markers/);
  });
});

describe('the figures of a run of some sections', () => {
  it('replace those of the same sections and leave the others, in the order of the sections', () => {
    const figure = (section: string, value: number) => ({ section, what: section, value, unit: 's' });
    const before = { others: { memory: 0, start: 0 }, rows: [figure('start', 1), figure('memory', 1)] };
    const now = { others: { start: 0.5, gateway: 0 }, rows: [figure('gateway', 2), figure('start', 2)] };
    expect(merged(before, now)).toEqual({
      others: { memory: 0, start: 0.5, gateway: 0 },
      rows: [figure('gateway', 2), figure('start', 2), figure('memory', 1)],
    });
  });
});
