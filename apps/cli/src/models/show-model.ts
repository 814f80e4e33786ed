import { ModelReply } from '@btcforecast/contracts';
import { askGateway, askGatewayForBytes, gatewayTarget, type TargetOptions } from '../gateway/ask-gateway.js';
import { printReply } from '../gateway/print-reply.js';
import { pathOf, type ModelOptions } from './model-options.js';
import { modelText } from './models-text.js';

/** `btcf models show har@1` */
export async function showModel(model: string, options: ModelOptions): Promise<void> {
  printReply(await askGateway(gatewayTarget(options), pathOf(model), ModelReply), options, modelText);
}

/** `btcf models card har@1` */
export async function showCard(model: string, options: TargetOptions): Promise<void> {
  process.stdout.write(await askGatewayForBytes(gatewayTarget(options), `${pathOf(model)}/card`));
}
