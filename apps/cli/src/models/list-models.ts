import { ModelsReply } from '@btcforecast/contracts';
import { askGateway, gatewayTarget } from '../gateway/ask-gateway.js';
import { printReply } from '../gateway/print-reply.js';
import type { ModelOptions } from './model-options.js';
import { modelsText } from './models-text.js';

/** `btcf models list` */
export async function listModels(options: ModelOptions & { readonly status?: string }): Promise<void> {
  const query = options.status === undefined ? '' : `?${new URLSearchParams({ status: options.status })}`;
  const reply = await askGateway(gatewayTarget(options), `/v1/models${query}`, ModelsReply);
  printReply(reply, options, ({ data }) => modelsText(data));
}
