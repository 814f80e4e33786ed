import { Controller, Get, Query, Req } from '@nestjs/common';
import { UsageQuery, UsageReply } from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Needs } from '../api/needs.decorator.js';
import { Queries } from '../api/queries.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { querySchema } from '../http/query-schema.js';
import { clientOf } from '../http/request-client.js';
import { UsageService } from './usage.service.js';

const usageQuery = querySchema(UsageQuery);

@ApiTags('usage')
@Controller('v1/usage')
export class UsageController {
  constructor(private readonly service: UsageService) {}

  @Get()
  // Free, since whoever has used up everything asks it most. Each costs a place at least.
  @Needs('usage:read', { cost: 0 })
  @Queries(usageQuery)
  @Replies(UsageReply, 'What the tenant may use, and what it has used, by day and route')
  usage(
    @Query({ schema: usageQuery }) query: UsageQuery,
    @Req() request: FastifyRequest,
  ): Promise<UsageReply> {
    return this.service.usage(clientOf(request), query);
  }
}
