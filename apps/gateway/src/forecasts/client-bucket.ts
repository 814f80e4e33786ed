import { hash } from 'node:crypto';
import type { Principal } from '@btcforecast/access';

const HEX_DIGITS = 12;

const known = new WeakMap<Principal, number>();

/**
 * Where a client falls in [0, 1), by its key: the same for ever and in every gateway, so that a canary answers the
 * same clients throughout.
 */
export function bucketOf(client: Principal): number {
  let bucket = known.get(client);
  if (bucket === undefined) {
    const digits = hash('sha256', client.id, 'hex').slice(0, HEX_DIGITS);
    bucket = Number.parseInt(digits, 16) / 16 ** HEX_DIGITS;
    known.set(client, bucket);
  }
  return bucket;
}
