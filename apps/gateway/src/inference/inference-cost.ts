import type { InferQuestion } from './infer-question.js';

/** Rows that one unit of the quota pays for. */
const ROWS_OF_A_UNIT = 16;

/** What a question costs beyond the one unit of every request: a unit for each further 16 rows, begun ones too. */
export function moreForRows({ inputs }: Pick<InferQuestion, 'inputs'>): number {
  const rows = Math.max(0, ...inputs.map(({ shape }) => shape[0] ?? 1));
  return Math.max(0, Math.ceil(rows / ROWS_OF_A_UNIT) - 1);
}
