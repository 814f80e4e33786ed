import { AliasHistoryReply } from '@btcforecast/contracts';
import { askGatewayForList } from '../gateway/ask-for-list.js';
import { gatewayTarget } from '../gateway/ask-gateway.js';
import { printReply } from '../gateway/print-reply.js';
import type { ModelOptions } from './model-options.js';
import { historyText } from './models-text.js';

/** `btcf models history` */
export async function showHistory(options: ModelOptions & { readonly instrument: string }): Promise<void> {
  const path = `/v1/models/aliases/${encodeURIComponent(options.instrument)}`;
  const reply = await askGatewayForList(gatewayTarget(options), path, AliasHistoryReply);
  printReply(reply, options, historyText);
}
