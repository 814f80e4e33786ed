import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AddressPolicy } from './address-policy.js';

const policy = new AddressPolicy();

describe('what may be reached on the Internet', () => {
  it.each(['1.1.1.1', '8.8.8.8', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:82f::200e'])(
    'includes %s',
    (address) => expect(policy.judge(address)).toBe('public'),
  );

  it.each([
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['loopback beyond the first', '127.255.0.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared address space', '100.64.0.1'],
    ['metadata of Alibaba', '100.100.100.200'],
    ['link-local, metadata of most clouds', '169.254.169.254'],
    ['metadata of ECS tasks', '169.254.170.2'],
    ['metadata of Oracle', '192.0.0.192'],
    ['host agent of Azure', '168.63.129.16'],
    ['documentation', '192.0.2.1'],
    ['benchmarking', '198.18.0.1'],
    ['6to4 relay', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-compatible', '::7f00:1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped in hexadecimal', '::ffff:a00:1'],
    ['IPv4-mapped although public', '::ffff:8.8.8.8'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64 of local use', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['unique local, metadata of AWS', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['discard', '100::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['not yet given out', '4000::1'],
  ])('leaves out what is %s: %s', (_what, address) => expect(policy.judge(address)).toBe('refused'));

  it.each(['', 'localhost', '127.1', '0x7f000001', '2130706433', '127.0.0.1.', '[::1]', '1.1.1.1/32'])(
    'leaves out %j, which is no address',
    (text) => expect(policy.judge(text)).toBe('refused'),
  );

  it('leaves out every address of the private networks', () => {
    const octet = fc.nat(255);
    const inside = fc.oneof(
      fc.tuple(fc.constant(10), octet, octet, octet),
      fc.tuple(fc.constant(127), octet, octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
    );
    fc.assert(
      fc.property(inside, (octets) => {
        const address = octets.join('.');
        expect([address, `::ffff:${address}`].map((each) => policy.judge(each))).toEqual([
          'refused',
          'refused',
        ]);
      }),
    );
  });
});

describe('what the configuration allows', () => {
  it('is reached, and nothing beside it', () => {
    const lenient = new AddressPolicy(['127.0.0.2/32', 'fd00::/8']);
    expect(lenient.judge('127.0.0.2')).toBe('allowed');
    expect(lenient.judge('fd12::1')).toBe('allowed');
    expect(lenient.judge('127.0.0.1')).toBe('refused');
    expect(lenient.judge('1.1.1.1')).toBe('public');
    expect(lenient.allowsLoopback).toBe(false);
    expect(new AddressPolicy(['127.0.0.0/8']).allowsLoopback).toBe(true);
  });

  it('must be networks', () => {
    expect(() => new AddressPolicy(['localhost'])).toThrow();
  });
});
