import { ModelsReply } from '@btcforecast/contracts';
import { askGatewayForList } from '../gateway/ask-for-list.js';
import { gatewayTarget } from '../gateway/ask-gateway.js';
import { printReply } from '../gateway/print-reply.js';
import type { ModelOptions } from './model-options.js';
import { modelsText } from './models-text.js';

/** `btcf models list` */
export async function listModels(options: ModelOptions & { readonly status?: string }): Promise<void> {
  const query = options.status === undefined ? undefined : { status: options.status };
  const reply = await askGatewayForList(gatewayTarget(options), '/v1/models', ModelsReply, query);
  printReply(reply, options, ({ data }) => modelsText(data));
}
