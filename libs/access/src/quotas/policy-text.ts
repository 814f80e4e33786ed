import { BURST_WINDOW_MS, DAY_MS } from './quota-windows.js';
import type { TierLimits } from './tiers.js';

/**
 * The header RateLimit-Policy of a tier: the same on every reply to a tenant, so it is written once.
 *
 * @returns undefined when nothing is limited: the header must not be empty
 * @see draft-ietf-httpapi-ratelimit-headers-11, section 3
 */
export function policyText({ burst, daily, concurrent }: TierLimits): string | undefined {
  const items = [
    burst === null ? [] : `"burst";q=${burst};w=${BURST_WINDOW_MS / 1_000}`,
    daily === null ? [] : `"daily";q=${daily};w=${DAY_MS / 1_000}`,
    concurrent === null ? [] : `"concurrent";q=${concurrent};qu="concurrent-requests"`,
  ].flat();
  return items.length > 0 ? items.join(', ') : undefined;
}
