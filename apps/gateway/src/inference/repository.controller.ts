import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import {
  ModelLoadReply,
  ModelUnloadReply,
  RepositoryIndexReply,
  RepositoryIndexRequest,
  RepositoryLoadRequest,
  RepositoryUnloadRequest,
} from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Needs } from '../api/needs.decorator.js';
import { Describes, Replies } from '../api/replies.decorator.js';
import { actorOf } from '../http/request-client.js';
import { Inference, LOAD_DEADLINE_MS } from './inference.service.js';
import { versionToLoad } from './load-parameters.js';
import { indexOf } from './model-views.js';

@ApiTags('inference')
@Controller('v2/repository')
export class RepositoryController {
  constructor(private readonly inference: Inference) {}

  @Post('index')
  @HttpCode(200)
  @Needs('models:read', { audited: false, body: 'json' })
  @Describes(RepositoryIndexReply, 'Every registered version and whether it can be asked, the champion first')
  async index(
    @Body({ schema: RepositoryIndexRequest }) { ready }: RepositoryIndexRequest,
    @Req() request: FastifyRequest,
  ): Promise<RepositoryIndexReply> {
    return RepositoryIndexReply.parse(indexOf(await this.inference.models(request), ready === true));
  }

  @Post('models/:model/load')
  @HttpCode(200)
  @Needs('models:load', { body: 'json', deadlineMs: LOAD_DEADLINE_MS })
  @Replies(ModelLoadReply, 'Has every instance serve a registered version until it is unloaded')
  async load(
    @Param('model') name: string,
    @Body({ schema: RepositoryLoadRequest }) { parameters }: RepositoryLoadRequest,
    @Req() request: FastifyRequest,
  ): Promise<z.infer<typeof ModelLoadReply>> {
    await this.inference.load(request, { name, version: versionToLoad(parameters), actor: actorOf(request) });
    return { name, load: true };
  }

  @Post('models/:model/unload')
  @HttpCode(200)
  @Needs('models:load', { body: 'json' })
  @Replies(ModelUnloadReply, 'Takes what was loaded of a model away again; the champion stays')
  async unload(
    @Param('model') name: string,
    @Body({ schema: RepositoryUnloadRequest }) { parameters }: RepositoryUnloadRequest,
    @Req() request: FastifyRequest,
  ): Promise<z.infer<typeof ModelUnloadReply>> {
    await this.inference.unload(request, {
      name,
      version: versionToLoad(parameters),
      actor: actorOf(request),
    });
    return { name, unload: true };
  }
}
