import type { GatewayEnv } from '../gateway.env.js';

/** Address under which clients know this API, without a slash at its end: the issuer of tokens. */
export function publicUrl({ GATEWAY_PUBLIC_URL }: GatewayEnv): string {
  return GATEWAY_PUBLIC_URL.replace(/\/+$/, '');
}

export function tokenEndpoint(issuer: string): string {
  return `${issuer}/oauth/token`;
}
