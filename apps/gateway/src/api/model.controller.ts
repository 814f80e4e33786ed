import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  AliasHistoryReply,
  AliasMoveReply,
  InstrumentId,
  ModelName,
  ModelReply,
  ModelsReply,
  ModelStatus,
  ModelVersionNumber,
  PageQuery,
  predictionRpc,
  PromoteRequest,
  RollbackRequest,
  UploadModelRequest,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { actorOf } from '../http/request-client.js';
import { Peers } from '../http/peers.js';
import { noQuery, querySchema } from '../http/query-schema.js';
import { Needs } from './needs.decorator.js';
import { Queries } from './queries.decorator.js';
import { Replies, RepliesWith } from './replies.decorator.js';

const MARKDOWN = 'text/markdown; charset=utf-8';
const BYTES = 'application/octet-stream';
/** A graph of 1 MiB in base64 with its manifest; what passes must also fit into one message between services. */
const UPLOAD_BYTES = 1_900_000;
/** A graph is run in a process of its own before it is taken, a slow one up to its limits. */
const UPLOAD_DEADLINE_MS = 120_000;

const pageQuery = querySchema(PageQuery);
const modelsQuery = querySchema(
  PageQuery.extend({ status: ModelStatus.optional().describe('Only versions that come from there') }),
);

@ApiTags('models')
@Controller('v1/models')
export class ModelController {
  constructor(private readonly peers: Peers) {}

  @Get()
  @Needs('models:read')
  @Queries(modelsQuery)
  @Replies(ModelsReply, 'Every version of every model, and what it is now')
  list(
    @Query({ schema: modelsQuery }) query: z.output<typeof modelsQuery>,
    @Req() request: FastifyRequest,
  ): Promise<ModelsReply> {
    return this.peers.call(request, predictionRpc.listModels, query);
  }

  @Get('aliases/:instrument')
  @Needs('models:read')
  @Queries(pageQuery)
  @Replies(AliasHistoryReply, 'Who holds which alias, and who moved it, when, why and on what evidence')
  aliases(
    @Param('instrument', { schema: InstrumentId }) instrument: InstrumentId,
    @Query({ schema: pageQuery }) query: PageQuery,
    @Req() request: FastifyRequest,
  ): Promise<AliasHistoryReply> {
    return this.peers.call(request, predictionRpc.aliasHistory, { instrument, ...query });
  }

  @Get(':name/:version')
  @Needs('models:read', { cost: 5 })
  @Replies(ModelReply, 'The record of a version: what it is, what was found about it, what became of it')
  find(
    @Param('name', { schema: ModelName }) name: string,
    @Param('version', { schema: ModelVersionNumber }) version: number,
    @Query({ schema: noQuery }) _query: unknown,
    @Req() request: FastifyRequest,
  ): Promise<ModelReply> {
    return this.peers.call(request, predictionRpc.findModel, { name, version });
  }

  @Get(':name/:version/card')
  @Needs('models:read')
  @RepliesWith('text/markdown', 'The model card, generated from the record')
  async card(
    @Param('name', { schema: ModelName }) name: string,
    @Param('version', { schema: ModelVersionNumber }) version: number,
    @Query({ schema: noQuery }) _query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    const { card } = await this.peers.call(request, predictionRpc.findModel, { name, version, drift: false });
    reply.type(MARKDOWN);
    return card;
  }

  @Get(':name/:version/graph')
  @Needs('models:read', { cost: 5 })
  @RepliesWith(BYTES, 'The ONNX graph, byte for byte')
  async graph(
    @Param('name', { schema: ModelName }) name: string,
    @Param('version', { schema: ModelVersionNumber }) version: number,
    @Query({ schema: noQuery }) _query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Req() request: FastifyRequest,
  ): Promise<Buffer> {
    const { onnx, sha256 } = await this.peers.call(request, predictionRpc.modelGraph, { name, version });
    reply.type(BYTES).header('etag', `"${sha256}"`);
    reply.header('content-disposition', `attachment; filename="${name}-${version}.onnx"`);
    return Buffer.from(onnx, 'base64');
  }

  @Post()
  @Needs('models:write', { bodyLimit: UPLOAD_BYTES, cost: 50, deadlineMs: UPLOAD_DEADLINE_MS })
  @Replies(ModelReply, 'Checks a model of your own and takes it into the registry', 201)
  upload(
    @Body({ schema: UploadModelRequest }) body: UploadModelRequest,
    @Req() request: FastifyRequest,
  ): Promise<ModelReply> {
    const message = { ...body, actor: actorOf(request) };
    return this.peers.call(request, predictionRpc.uploadModel, message);
  }

  @Post(':name/:version/promote')
  @HttpCode(200)
  @Needs('models:promote')
  @Replies(AliasMoveReply, 'Makes a version champion or challenger, two candles ahead at the earliest')
  promote(
    @Param('name', { schema: ModelName }) name: string,
    @Param('version', { schema: ModelVersionNumber }) version: number,
    @Body({ schema: PromoteRequest }) body: PromoteRequest,
    @Req() request: FastifyRequest,
  ): Promise<AliasMoveReply> {
    return this.peers.call(request, predictionRpc.promoteModel, {
      ...body,
      name,
      version,
      actor: actorOf(request),
    });
  }

  @Post(':name/:version/rollback')
  @HttpCode(200)
  @Needs('models:promote')
  @Replies(AliasMoveReply, 'Takes the alias champion from a version and gives it back to its predecessor')
  rollBack(
    @Param('name', { schema: ModelName }) name: string,
    @Param('version', { schema: ModelVersionNumber }) version: number,
    @Body({ schema: RollbackRequest }) body: RollbackRequest,
    @Req() request: FastifyRequest,
  ): Promise<AliasMoveReply> {
    return this.peers.call(request, predictionRpc.rollBackModel, {
      ...body,
      name,
      version,
      actor: actorOf(request),
    });
  }
}
