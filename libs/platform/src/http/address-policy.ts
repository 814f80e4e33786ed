import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** Networks that look public and lead inside: the host agent of Azure. */
const NOT_PUBLIC: readonly Network[] = [ipaddr.parseCIDR('168.63.129.16/32')];
/** The only part of the IPv6 space that is routed on the Internet, RFC 4291 section 2.4. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** `public`: anybody may be sent there; `allowed`: only because the configuration says so. */
export type AddressVerdict = 'public' | 'allowed' | 'refused';

/**
 * Which addresses a request may go to that somebody else chose. Public is what is routed on the Internet and nothing
 * else: no loopback, private, link-local (metadata services), shared, multicast, reserved or unspecified address, and no
 * IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4, Teredo), whatever that one is.
 */
export class AddressPolicy {
  readonly #allowed: readonly Network[];

  /** @param allowed networks in CIDR form that may be reached although they are not public; for development and tests */
  constructor(allowed: readonly string[] = []) {
    this.#allowed = allowed.map((network) => ipaddr.parseCIDR(network));
  }

  /** @param text an IP address as the resolver or the socket gives it; anything else is refused */
  judge(text: string): AddressVerdict {
    if (isIP(text) === 0) return 'refused';
    const address = ipaddr.parse(text);
    if (this.#allowed.some((network) => isWithin(address, network))) return 'allowed';
    return isPublic(address) ? 'public' : 'refused';
  }

  /** Whether loopback is among what the configuration allows. */
  get allowsLoopback(): boolean {
    return this.judge('127.0.0.1') === 'allowed' || this.judge('::1') === 'allowed';
  }

  get allowsAny(): boolean {
    return this.#allowed.length > 0;
  }
}

export function isLoopback(text: string): boolean {
  return isIP(text) !== 0 && ipaddr.parse(text).range() === 'loopback';
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv6' && !isWithin(address, GLOBAL_UNICAST)) return false;
  return !NOT_PUBLIC.some((network) => isWithin(address, network));
}

function isWithin(address: Address, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}
