import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allowListOf } from './allow-list.js';

const dotted = (n: number): string => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
const mask = (bits: number): number => (bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);

describe('a list of addresses', () => {
  it('takes exactly the IPv4 addresses that share the bits of a network, in either form', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 32 }), fc.boolean(), (network, other, bits, near) => {
        const address = near ? (network ^ (other & ~mask(bits))) >>> 0 : other;
        const inside = (network & mask(bits)) === (address & mask(bits));
        const list = allowListOf([`${dotted(network)}/${bits}`]);
        expect(list(dotted(address))).toBe(inside);
        expect(list(`::ffff:${dotted(address)}`)).toBe(inside);
      }),
    );
  });

  it.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::1', '2001:0db8:0:0::0001', true],
    ['::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '192.0.3.9', false],
    ['::/0', '192.0.2.9', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
  ])('of %s, asked for %s, answers %s', (range, address, expected) => {
    expect(allowListOf([range])(address)).toBe(expected);
  });

  it.each(['', 'localhost', '192.0.2', '300.0.0.1', 'unix:'])('lets nobody in from %j', (address) => {
    expect(allowListOf(['0.0.0.0/0', '::/0'])(address)).toBe(false);
  });

  it('takes whoever is in one of several', () => {
    const list = allowListOf(['192.0.2.0/24', '2001:db8::/32']);
    expect([list('192.0.2.1'), list('2001:db8::1'), list('198.51.100.1')]).toEqual([true, true, false]);
  });
});
