import type { Problem } from './generated/types.js';

/** What the API answered instead of what was asked for, after all retries. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    /** The problem (RFC 9457); undefined when the answer was none, e.g. of a proxy or under /v2. */
    readonly problem: Problem | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Machine-readable code, e.g. `quota.exceeded`; explained at `problem.type`. */
  get code(): string | undefined {
    return this.problem?.code;
  }
}
