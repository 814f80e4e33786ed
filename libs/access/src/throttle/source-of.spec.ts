import { describe, expect, it } from '@jest/globals';
import { sourceOf } from './source-of.js';

describe('the source of an attempt', () => {
  it.each([
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['2001:db8:0:1::1', '2001:db8:0:1:ffff:ffff:ffff:ffff', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['fe80::1%eth0', 'fe80::2', true],
    ['unknown', 'unknown', true],
  ])('%s and %s is one: %s', (a, b, isOne) => {
    expect(sourceOf(a) === sourceOf(b)).toBe(isOne);
  });
});
