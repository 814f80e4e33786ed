import {
  predictionRpc,
  type AliasHistoryReply,
  type AliasMoveReply,
  type ModelGraphReply,
  type ModelReply,
  type ModelsReply,
  type ReproductionReply,
} from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import {
  aliasMoveReply,
  AliasService,
  FeedSettings,
  ModelQueries,
  RegistryService,
  ReproductionService,
} from '@btcforecast/prediction';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';

type Body<M extends keyof typeof predictionRpc> = z.output<(typeof predictionRpc)[M]['request']>;

@Controller()
export class ModelController {
  constructor(
    private readonly models: ModelQueries,
    private readonly registry: RegistryService,
    private readonly aliases: AliasService,
    private readonly reproductions: ReproductionService,
    private readonly settings: FeedSettings,
  ) {}

  @Rpc(predictionRpc.listModels)
  list(question: Body<'listModels'>): Promise<ModelsReply> {
    return this.models.list(question);
  }

  @Rpc(predictionRpc.findModel)
  find({ name, version, drift }: Body<'findModel'>): Promise<ModelReply> {
    return this.models.find(name, version, { drift });
  }

  @Rpc(predictionRpc.modelGraph)
  graph({ name, version }: Body<'modelGraph'>): Promise<ModelGraphReply> {
    return this.models.graph(name, version);
  }

  @Rpc(predictionRpc.aliasHistory)
  history({ instrument, ...page }: Body<'aliasHistory'>): Promise<AliasHistoryReply> {
    return this.models.history(instrument, page);
  }

  @Rpc(predictionRpc.uploadModel)
  async upload({ name, onnx, manifest, actor }: Body<'uploadModel'>): Promise<ModelReply> {
    const bytes = Buffer.from(onnx, 'base64');
    const model = { name, family: 'user', status: 'uploaded' as const, onnx: bytes, manifest, actor };
    const { version } = await this.registry.register(model);
    return this.models.find(name, version);
  }

  @Rpc(predictionRpc.promoteModel)
  async promote(request: Body<'promoteModel'>): Promise<AliasMoveReply> {
    return aliasMoveReply(await this.aliases.promote({ ...request, feed: this.settings.feed }));
  }

  @Rpc(predictionRpc.rollBackModel)
  async rollBack(request: Body<'rollBackModel'>): Promise<AliasMoveReply> {
    return aliasMoveReply(await this.aliases.rollBack({ ...request, feed: this.settings.feed }));
  }

  @Rpc(predictionRpc.reproduce)
  reproduce({ id, limits }: Body<'reproduce'>): Promise<ReproductionReply> {
    return this.reproductions.reproduce(id, limits);
  }
}
