import { type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>;

/** A name server that stays silent is asked this often, for so long, in milliseconds. */
const PATIENCE = { timeout: 2_000, tries: 2 } as const;
const LOCALHOST = /(^|\.)localhost\.?$/i;

/**
 * All addresses of a host, asked anew each time. Not by the system's lookup: that blocks one of four threads of the
 * process for as long as a name server stays silent, and here others choose the name servers.
 *
 * @throws Error with the `code` of node:dns when there is none
 */
export function hostResolver(servers?: readonly string[]): ResolveHost {
  const resolver = new Resolver(PATIENCE);
  if (servers) resolver.setServers([...servers]);
  return async (hostname) => {
    const family = isIP(hostname);
    if (family !== 0) return [{ address: hostname, family }];
    if (LOCALHOST.test(hostname)) return LOOPBACK; // RFC 6761 section 6.3
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const found = answers.flatMap((answer, i) =>
      answer.status === 'fulfilled'
        ? answer.value.map((address) => ({ address, family: i === 0 ? 4 : 6 }))
        : [],
    );
    if (found.length === 0) throw (answers[0] as PromiseRejectedResult).reason;
    return found;
  };
}

const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
