/** What a check found: all right, wrong (and what to do), or not to be checked now (and why). */
export type Outcome =
  | { readonly state: 'ok' | 'skipped'; readonly text: string }
  | { readonly state: 'wrong'; readonly text: string; readonly todo: string };

export interface Check {
  /** A few words, e.g. "build". */
  readonly name: string;
  run(): Outcome | Promise<Outcome>;
}

export const ok = (text: string): Outcome => ({ state: 'ok', text });
export const skipped = (text: string): Outcome => ({ state: 'skipped', text });
export const wrong = (text: string, todo: string): Outcome => ({ state: 'wrong', text, todo });

export type Finding = Outcome & { readonly check: string };

/** Runs the checks one after the other; one that throws has found something wrong. */
export async function* runChecks(checks: readonly Check[]): AsyncGenerator<Finding> {
  for (const { name, run } of checks) {
    try {
      yield { check: name, ...(await run()) };
    } catch (error) {
      yield { check: name, ...wrong((error as Error).message, 'correct this, then run btcf doctor again') };
    }
  }
}
