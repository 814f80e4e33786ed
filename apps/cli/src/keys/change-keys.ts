import type { CreateKeyRequest, NewKey } from '@btcforecast/api-client';
import { callApi } from '../gateway/call-api.js';
import { printReply } from '../gateway/print-reply.js';
import { keyText } from './key-text.js';
import type { KeyOptions } from './show-keys.js';

interface CreateOptions extends KeyOptions {
  readonly name: string;
  readonly roles: string[];
  readonly scopes?: string[];
  readonly instruments?: string[];
  readonly horizons?: string[];
  readonly allow?: string[];
  /** Instant in ms. */
  readonly expires?: number;
  readonly requireSignature: boolean;
}

/** `btcf keys create` */
export async function createKey(options: CreateOptions): Promise<void> {
  const { name, roles, scopes, instruments, horizons, allow, expires, requireSignature } = options;
  // What is allowed is for the API to judge: it says which word is wrong.
  const body = {
    ...{ name, roles, scopes, instruments, horizons, requireSignature, allowedAddresses: allow },
    ...(expires !== undefined && { expiresAt: new Date(expires).toISOString() }),
  } as CreateKeyRequest;
  const query = { tenant: options.tenant };
  printReply(await callApi(options, (api) => api.keyCreate({ body, query })), options, newKeyText);
}

/** `btcf keys rotate` */
export async function rotateKey(
  id: string,
  options: KeyOptions & { readonly overlap: number },
): Promise<void> {
  const parts = {
    path: { id },
    query: { tenant: options.tenant },
    body: { overlapSeconds: options.overlap },
  };
  printReply(await callApi(options, (api) => api.keyRotate(parts)), options, newKeyText);
}

/** `btcf keys revoke` */
export async function revokeKey(id: string, options: KeyOptions): Promise<void> {
  const parts = { path: { id }, query: { tenant: options.tenant } };
  printReply(await callApi(options, (api) => api.keyRevoke(parts)), options, keyText);
}

/** The key alone on the last line, so that it can be taken from there. */
function newKeyText(key: NewKey): string {
  return `${keyText(key)}\nThis is shown once; nothing can recover it:\n${key.key}\n`;
}
