import type { z } from 'zod';
import { askGateway, type GatewayTarget } from './ask-gateway.js';

interface Page {
  readonly data: readonly unknown[];
  readonly next: string | null;
}

/** Of one page: the most that the API gives. */
const LIMIT = '100';

/**
 * All pages of a list as one reply: what else a reply says is taken from the first page.
 *
 * @throws AppError as {@link askGateway}
 */
export async function askGatewayForList<S extends z.ZodType<Page>>(
  target: GatewayTarget,
  path: string,
  schema: S,
  query: Readonly<Record<string, string>> = {},
): Promise<z.output<S>> {
  const ask = (more: Record<string, string>): Promise<z.output<S>> =>
    askGateway(target, `${path}?${new URLSearchParams({ ...query, limit: LIMIT, ...more })}`, schema);
  const first = await ask({});
  const data = [...first.data];
  for (let { next } = first; next !== null;) {
    const page = await ask({ cursor: next });
    data.push(...page.data);
    next = page.next;
  }
  return { ...first, data, next: null };
}
