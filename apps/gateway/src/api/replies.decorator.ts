import { applyDecorators, SerializeOptions } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

/** What a route answers: the reply is checked against the schema, which drops unknown fields, and documented by it. */
export function Replies(schema: z.ZodType, summary: string, status = 200) {
  return applyDecorators(
    SerializeOptions({ schema }),
    ApiResponse({ status, standardSchema: schema, description: 'The answer' }),
    ApiOperation({ summary }),
  );
}

/** As {@link Replies}, for a route that checks its reply itself: one that writes it, or a list, whose items the framework would check. */
export function Describes(schema: z.ZodType, summary: string) {
  return applyDecorators(
    ApiOkResponse({ standardSchema: schema, description: 'The answer' }),
    ApiOperation({ summary }),
  );
}

/** As {@link Replies}, for a route that answers with one of several shapes, which it checks itself. */
export function RepliesOneOf(schemas: readonly [z.ZodType, z.ZodType], summary: string) {
  return applyDecorators(
    ApiOkResponse({ standardSchema: z.union(schemas), description: 'One of these' }),
    ApiOperation({ summary }),
  );
}

/** As {@link Replies}, for a route that answers with something other than JSON. */
export function RepliesWith(type: string, summary: string) {
  const format = type.startsWith('text/') ? {} : { format: 'binary' };
  return applyDecorators(
    ApiProduces(type),
    ApiOkResponse({ schema: { type: 'string', ...format }, description: 'The answer' }),
    ApiOperation({ summary }),
  );
}
