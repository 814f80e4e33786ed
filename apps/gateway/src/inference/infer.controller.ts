import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { INFERENCE_MAX_BYTES, InferReply } from '@btcforecast/contracts';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Describes } from '../api/replies.decorator.js';
import { unsupported } from '../http/body-parsers.js';
import { asItIs } from '../http/problem-reply.js';
import { readQuestion } from './infer-question.js';
import { inferBody } from './infer-reply.js';
import { Inference, versionOf } from './inference.service.js';
import { QuotaGate } from '../quotas/quota-gate.js';
import { moreForRows } from './inference-cost.js';
import { unreadable } from './inference-error.js';
import { inflateBody } from './inflate-body.js';

/** In requests and replies that hold bytes behind their JSON. */
const JSON_LENGTH = 'inference-header-content-length';
const ROUTES = ['models/:model/infer', 'models/:model/versions/:version/infer'];

@ApiTags('inference')
@Controller('v2')
export class InferController {
  constructor(
    private readonly inference: Inference,
    private readonly quotas: QuotaGate,
  ) {}

  @Post(ROUTES)
  @HttpCode(200)
  @Needs('inference:run', { bodyLimit: INFERENCE_MAX_BYTES, audited: false, body: 'bytes' })
  @ApiBody({ schema: { $ref: '#/components/schemas/InferRequest' } })
  @Describes(
    InferReply,
    'Runs a model on the rows that are sent; without a version the champion, or the newest loaded',
  )
  async infer(
    @Param('model') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('version') version?: string,
  ): Promise<string | Buffer> {
    const model = { name, version: version === undefined ? null : versionOf(version) };
    const question = readQuestion(await bodyOf(request), headerOf(request, JSON_LENGTH));
    await this.quotas.payMore(request, reply, moreForRows(question));
    const answer = await this.inference.infer(request, model, question);
    const { body, jsonLength } = inferBody(answer, question.id ?? request.id, question.isBinary);
    if (jsonLength === undefined) reply.type('application/json').serializer(asItIs);
    else reply.type('application/octet-stream').header(JSON_LENGTH, jsonLength);
    return body;
  }
}

/** Without a coding there is nothing to wait for. */
function bodyOf(request: FastifyRequest): Buffer | Promise<Buffer> {
  const { body } = request;
  if (body === undefined) throw unreadable('an inference request needs a body; see GET /v2/models/{model}');
  if (!Buffer.isBuffer(body)) throw unsupported(); // a form
  return inflateBody(body, headerOf(request, 'content-encoding')?.toLowerCase());
}

/** The one value of a header; a repeated one is no value. */
function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join();
}
