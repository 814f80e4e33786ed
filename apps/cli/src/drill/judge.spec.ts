import { describe, expect, it } from '@jest/globals';
import type { Drill, Findings } from './drill.js';
import { judge, median, notCarriedThrough, TABLE_HEAD, tableRow } from './judge.js';

const FINDINGS: Findings = {
  detectionMs: 1_500,
  recoveryMs: 20_000,
  requests: 100,
  failed: 3,
  lost: 0,
  broken: [],
  remarks: [],
};
const drill: Drill = {
  name: 'something-killed',
  breaks: 'something',
  steps: [],
  barSeconds: 30,
  run: async () => FINDINGS,
};

describe('the verdict on a drill', () => {
  it('is good when nothing is lost, nothing forbidden happened and it took less than twice the bar', () => {
    expect(judge(drill, FINDINGS).failures).toEqual([]);
    expect(judge(drill, { ...FINDINGS, recoveryMs: 60_000 }).failures).toEqual([]);
  });
  it('is bad when one acknowledged row is lost', () => {
    expect(judge(drill, { ...FINDINGS, lost: 1 }).failures).toEqual(['1 of what was acknowledged is lost']);
  });
  it('is bad at more than twice the bar', () => {
    expect(judge(drill, { ...FINDINGS, recoveryMs: 60_001 }).failures).toEqual([
      'recovery took 60.0 s, more than twice the 30 s it may take',
    ]);
  });
  it('is bad when what must never be was', () => {
    expect(judge(drill, { ...FINDINGS, broken: ['two nodes took writes'] }).failures).toEqual([
      'two nodes took writes',
    ]);
  });
});

describe('the table', () => {
  it('has a cell for each head, whether a drill was carried through or not', () => {
    const rows = [judge(drill, FINDINGS), notCarriedThrough(drill, new Error('no primary'))].map(tableRow);
    expect(rows.map((row) => row.length)).toEqual([TABLE_HEAD.length, TABLE_HEAD.length]);
    expect(rows.map((row) => row.at(-1))).toEqual(['held', 'FAILED']);
  });
  it('knows the middle one of the times', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1])).toBe(1);
  });
});
