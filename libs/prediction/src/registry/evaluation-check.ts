import type { EvaluationCheck } from '@btcforecast/contracts';

export type { EvaluationCheck };

/** A finding of a check, for the record. */
export function check(name: string, passed: boolean, detail: string): EvaluationCheck {
  return { name, passed, detail };
}
