import { AddressPolicy } from '@btcforecast/platform';
import { z } from 'zod';

const networks = (text: string): string[] =>
  text
    .split(',')
    .map((network) => network.trim())
    .filter((network) => network !== '');

function areNetworks(list: readonly string[]): boolean {
  try {
    new AddressPolicy(list);
    return true;
  } catch {
    return false;
  }
}

/** What a service reads that takes or calls addresses of webhook endpoints. */
export const NotificationsEnv = {
  WEBHOOK_ALLOWED_NETWORKS: z
    .string()
    .default('')
    .transform(networks)
    .refine(areNetworks, 'must be networks in CIDR form, separated by commas, e.g. 127.0.0.0/8,::1/128')
    .describe(
      'Networks that webhooks may reach although they are not public, on any port; with loopback among them also plain http to it. For development: 127.0.0.0/8,::1/128',
    ),
};
