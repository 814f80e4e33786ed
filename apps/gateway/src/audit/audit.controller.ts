import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { AuditQueries } from '@btcforecast/access';
import { AuditExportQuery, AuditQuery, AuditReply } from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Needs } from '../api/needs.decorator.js';
import { Queries } from '../api/queries.decorator.js';
import { Replies, RepliesWith } from '../api/replies.decorator.js';
import { querySchema } from '../http/query-schema.js';
import { clientOf } from '../http/request-client.js';
import { exportLines } from './export-lines.js';

const LINES = 'application/x-ndjson';

const auditQuery = querySchema(AuditQuery);
const exportQuery = querySchema(AuditExportQuery);

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly queries: AuditQueries) {}

  @Get()
  @Needs('audit:read')
  @Queries(auditQuery)
  @Replies(AuditReply, 'Who changed what, and who was refused: own entries, an admin sees all')
  list(
    @Query({ schema: auditQuery }) query: AuditQuery,
    @Req() request: FastifyRequest,
  ): Promise<AuditReply> {
    return this.queries.list(query, clientOf(request));
  }

  @Get('export')
  @Needs('audit:read', { endless: true })
  @Queries(exportQuery)
  @RepliesWith(LINES, 'The chain, one JSON object a line, to be checked with btcf audit verify')
  async export(
    @Query({ schema: exportQuery }) { after }: z.output<typeof exportQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const lines = await exportLines(this.queries.export(after, clientOf(request)));
    reply.type(LINES).header('content-disposition', 'attachment; filename="audit.ndjson"');
    return lines;
  }
}
