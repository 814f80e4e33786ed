import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Range = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** Whether somebody may come from an address. */
export type AllowList = (address: string) => boolean;

/**
 * @param ranges addresses and networks, IPv4 and IPv6, e.g. `192.0.2.0/24`; an IPv4 address that arrives in its IPv6
 *   form (`::ffff:192.0.2.1`), as it does on a socket that takes both, is the IPv4 address
 * @throws Error for a range that cannot be read
 */
export function allowListOf(ranges: readonly string[]): AllowList {
  const parsed = ranges.map(rangeOf);
  return (text) => {
    if (isIP(text) === 0) return false;
    const address = ipaddr.process(text);
    return parsed.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );
  };
}

function rangeOf(text: string): Range {
  if (!text.includes('/')) {
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  const [network, bits] = ipaddr.parseCIDR(text);
  if (network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96) {
    return [network.toIPv4Address(), bits - 96];
  }
  return [network, bits];
}
