import { z } from 'zod';

/** The query of a route: its parameters and no others, since a misspelt one would silently do nothing. */
export function querySchema<S extends z.ZodRawShape>(query: z.ZodObject<S>) {
  return query.strict().superRefine((values, context) => {
    const { from, to } = values as { from?: unknown; to?: unknown };
    if (typeof from !== 'number' || typeof to !== 'number' || from < to) return;
    context.addIssue({ code: 'custom', path: ['from'], message: 'must be before to' });
  });
}

/** The query of a route that has no parameters. */
export const noQuery = querySchema(z.object({}));
