import { z } from 'zod';

/** `next` of the page before, as the client sends it back. */
export const Cursor = z.string().min(1).max(400).describe('next of the page before, unchanged');

/** What every list takes. Series of points (candles, histories, the record) have larger pages of their own. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Entries per page'),
  cursor: Cursor.optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** What every list answers beside its `data`. */
export const nextPage = {
  next: z.string().nullable().describe('Pass as cursor for the next page; null at the end'),
};
