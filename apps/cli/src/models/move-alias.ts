import { AliasMoveReply } from '@btcforecast/contracts';
import { askGateway, gatewayTarget } from '../gateway/ask-gateway.js';
import { printReply } from '../gateway/print-reply.js';
import { pathOf, type ModelOptions } from './model-options.js';
import { movesText } from './models-text.js';

interface MoveOptions extends ModelOptions {
  readonly instrument: string;
  readonly reason: string;
}

interface PromoteOptions extends MoveOptions {
  readonly alias: string;
  readonly override: boolean;
}

/** `btcf models promote har@2 --reason …` */
export async function promoteModel(model: string, options: PromoteOptions): Promise<void> {
  const { instrument, alias, reason, override } = options;
  await move(`${pathOf(model)}/promote`, { instrument, alias, reason, override }, options);
}

/** `btcf models rollback har@2 --reason …` */
export async function rollBackModel(model: string, options: MoveOptions): Promise<void> {
  const { instrument, reason } = options;
  await move(`${pathOf(model)}/rollback`, { instrument, reason }, options);
}

async function move(path: string, body: object, options: ModelOptions): Promise<void> {
  const target = gatewayTarget(options);
  const reply = await askGateway(target, path, AliasMoveReply, { method: 'POST', body });
  printReply(reply, options, (made) => movesText([made]));
}
