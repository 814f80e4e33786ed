import { expect, it } from '@jest/globals';
import { samplesOf } from './series.js';

it('samplesOf writes out the notation of promtool', () => {
  expect(samplesOf('1+2x3 0x1 5')).toEqual([1, 3, 5, 7, 0, 0, 5]);
  expect(samplesOf('10-0.5x2 -4x1')).toEqual([10, 9.5, 9, -4, -4]);
  expect(samplesOf('5e+7x1 200000+4e2x1')).toEqual([5e7, 5e7, 200000, 200400]);
});
