import {
  type Asker,
  type AliasHistoryReply,
  type AliasMoveReply,
  type BacktestReply,
  type BacktestsReply,
  type ModelGraphReply,
  type ModelReply,
  type ModelsReply,
  type ProbabilityReply,
  predictionRpc,
  type ReproductionReply,
  type TrackRecordProof,
  type TrackRecordReply,
} from '@btcforecast/contracts';
import { AppError, Rpc } from '@btcforecast/platform';
import { Controller, Inject } from '@nestjs/common';
import { OPERATION_EXAMPLES } from '../docs/examples.js';
import { PeerState } from './peer-state.js';

export const GRAPH = Buffer.from('an ONNX graph, as far as the gateway can tell');

interface BacktestBody {
  readonly asker: Asker;
}

/** All backtests of this peer belong to one tenant. */
function assertVisible({ asker }: BacktestBody): void {
  if (asker.tenant === 'default') return;
  throw new AppError('caller', 'backtest.not_found', 'no backtest has this id');
}

/** Answers with the documented examples, once what was asked has passed the real protocol and its schemas. */
@Controller()
export class PeerLifecycle {
  constructor(@Inject(PeerState) private readonly state: PeerState) {}

  @Rpc(predictionRpc.probability)
  probability(body: object) {
    return this.#answer<ProbabilityReply>(body, 'GET /v1/forecasts/{instrument}/probability');
  }

  @Rpc(predictionRpc.reproduce)
  reproduce(body: object) {
    return this.#answer<ReproductionReply>(body, 'POST /v1/forecasts/by-id/{id}/reproduce');
  }

  @Rpc(predictionRpc.listModels)
  listModels(body: object) {
    return this.#answer<ModelsReply>(body, 'GET /v1/models');
  }

  @Rpc(predictionRpc.findModel)
  async findModel(body: { name: string; version: number }) {
    const found = await this.#answer<ModelReply>(body, 'GET /v1/models/{name}/{version}');
    if (found.reference === `${body.name}@${body.version}`) return found;
    throw new AppError('caller', 'model.not_found', `there is no model ${body.name}@${body.version}`);
  }

  @Rpc(predictionRpc.modelGraph)
  async modelGraph(body: { name: string; version: number }): Promise<ModelGraphReply> {
    await this.state.enter(body);
    const reference = `${body.name}@${body.version}`;
    return { reference, sha256: 'a'.repeat(64), onnx: GRAPH.toString('base64') };
  }

  @Rpc(predictionRpc.aliasHistory)
  aliasHistory(body: object) {
    return this.#answer<AliasHistoryReply>(body, 'GET /v1/models/aliases/{instrument}');
  }

  @Rpc(predictionRpc.uploadModel)
  uploadModel(body: object) {
    return this.#answer<ModelReply>(body, 'POST /v1/models');
  }

  @Rpc(predictionRpc.promoteModel)
  promoteModel(body: object) {
    return this.#answer<AliasMoveReply>(body, 'POST /v1/models/{name}/{version}/promote');
  }

  @Rpc(predictionRpc.rollBackModel)
  rollBackModel(body: object) {
    return this.#answer<AliasMoveReply>(body, 'POST /v1/models/{name}/{version}/rollback');
  }

  @Rpc(predictionRpc.trackRecord)
  trackRecord(body: object) {
    return this.#answer<TrackRecordReply>(body, 'GET /v1/track-record');
  }

  @Rpc(predictionRpc.trackRecordProof)
  trackRecordProof(body: object) {
    return this.#answer<TrackRecordProof>(body, 'GET /v1/track-record/proof/{id}');
  }

  @Rpc(predictionRpc.startBacktest)
  startBacktest(body: object) {
    return this.#answer<BacktestReply>(body, 'POST /v1/backtests');
  }

  @Rpc(predictionRpc.findBacktest)
  findBacktest(body: BacktestBody) {
    assertVisible(body);
    return this.#answer<BacktestReply>(body, 'GET /v1/backtests/{id}');
  }

  @Rpc(predictionRpc.listBacktests)
  async listBacktests(body: BacktestBody): Promise<BacktestsReply> {
    const all = await this.#answer<BacktestsReply>(body, 'GET /v1/backtests');
    return body.asker.tenant === 'default' ? all : { ...all, data: [] };
  }

  @Rpc(predictionRpc.cancelBacktest)
  cancelBacktest(body: BacktestBody) {
    assertVisible(body);
    return this.#answer<BacktestReply>(body, 'DELETE /v1/backtests/{id}');
  }

  async #answer<T>(body: object, example: string): Promise<T> {
    await this.state.enter(body);
    return OPERATION_EXAMPLES[example] as T;
  }
}
