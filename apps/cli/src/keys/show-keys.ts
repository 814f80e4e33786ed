import type { Key } from '@btcforecast/api-client';
import type { TargetOptions } from '../gateway/ask-gateway.js';
import { callApi } from '../gateway/call-api.js';
import { printReply } from '../gateway/print-reply.js';
import { keysText, keyText } from './key-text.js';

export interface KeyOptions extends TargetOptions {
  readonly tenant?: string;
  readonly json?: boolean;
}

const PAGE = 100;

/** `btcf keys list` */
export async function listKeys(options: KeyOptions): Promise<void> {
  const keys: Key[] = [];
  let cursor: string | undefined;
  do {
    const query = { tenant: options.tenant, limit: PAGE, cursor };
    const page = await callApi(options, (api) => api.keyList({ query }));
    keys.push(...page.data);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  printReply(keys, options, keysText);
}

/** `btcf keys show` */
export async function showKey(id: string, options: KeyOptions): Promise<void> {
  const query = { tenant: options.tenant };
  printReply(await callApi(options, (api) => api.keyGet({ path: { id }, query })), options, keyText);
}
