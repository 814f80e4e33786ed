import { Controller, Get, Param, Req } from '@nestjs/common';
import {
  ModelConfigReply,
  ModelMetadataReply,
  ModelNamesReply,
  ModelReadyReply,
  ModelStatisticsReply,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { Inference, versionOf } from './inference.service.js';
import { configOf, metadataOf, readyNames } from './model-views.js';

@ApiTags('inference')
@Controller('v2/models')
export class ModelMetadataController {
  constructor(private readonly inference: Inference) {}

  @Get()
  @Needs('models:read')
  @Replies(ModelNamesReply, 'Names of the models that can be asked, the champion first')
  async names(@Req() request: FastifyRequest): Promise<ModelNamesReply> {
    return { models: readyNames(await this.inference.models(request)) };
  }

  @Get('stats')
  @Needs('models:read')
  @Replies(ModelStatisticsReply, 'What was asked of all models, how long it took, and how much shared a run')
  allStatistics(@Req() request: FastifyRequest): Promise<ModelStatisticsReply> {
    return this.inference.statistics(request, {});
  }

  @Get([':model/stats', ':model/versions/:version/stats'])
  @Needs('models:read')
  @Replies(ModelStatisticsReply, 'What was asked of a model, how long it took, and how much shared a run')
  statistics(
    @Param('model') name: string,
    @Req() request: FastifyRequest,
    @Param('version') version?: string,
  ): Promise<ModelStatisticsReply> {
    return this.inference.statistics(request, { name, version: numberOf(version) });
  }

  @Get([':model', ':model/versions/:version'])
  @Needs('models:read')
  @Replies(ModelMetadataReply, 'What a model reads and writes')
  async metadata(
    @Param('model') name: string,
    @Req() request: FastifyRequest,
    @Param('version') version?: string,
  ): Promise<ModelMetadataReply> {
    const wanted = numberOf(version);
    return metadataOf(await this.inference.modelsOf(request, name), wanted);
  }

  @Get([':model/config', ':model/versions/:version/config'])
  @Needs('models:read')
  @Replies(ModelConfigReply, 'How a model is served, in the words of Triton')
  async config(
    @Param('model') name: string,
    @Req() request: FastifyRequest,
    @Param('version') version?: string,
  ): Promise<ModelConfigReply> {
    const wanted = numberOf(version);
    return configOf(await this.inference.modelsOf(request, name), wanted);
  }

  @Get([':model/ready', ':model/versions/:version/ready'])
  @Needs('models:read')
  @Replies(ModelReadyReply, 'Whether a model can be asked; 409 when it is registered but not loaded')
  async ready(
    @Param('model') name: string,
    @Req() request: FastifyRequest,
    @Param('version') version?: string,
  ): Promise<ModelReadyReply> {
    await this.inference.requireReady(request, { name, version: numberOf(version) });
    return { name, ready: true };
  }
}

function numberOf(version: string | undefined): number | null {
  return version === undefined ? null : versionOf(version);
}
