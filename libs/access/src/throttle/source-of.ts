import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Bits of an IPv6 address that name a network: whoever has one has them all, and 2^64 addresses in it. */
const NETWORK_BITS = 64;

/** Where attempts are counted together: an IPv4 address, in whichever form, or an IPv6 network of 64 bits. */
export function sourceOf(address: string): string {
  if (isIP(address) === 0) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${NETWORK_BITS}`).toString()}/64`;
}
