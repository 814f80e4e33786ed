import { applyDecorators, SerializeOptions } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';

/** What a route answers: the reply is checked against the schema, which drops unknown fields, and documented by it. */
export function Replies(schema: z.ZodType, summary: string) {
  return applyDecorators(
    SerializeOptions({ schema }),
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
