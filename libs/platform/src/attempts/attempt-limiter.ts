import { hash } from 'node:crypto';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';

/** An attempt among the others of its window. */
export interface CountedAttempt {
  /** It is the so-manieth, from 1. */
  readonly count: number;
  readonly isOver: boolean;
  /** Until the window ends, ms. */
  readonly windowEndsInMs: number;
}

/** Counts attempts by whatever names their source or their target. */
export class AttemptLimiter {
  constructor(
    private readonly limiter: RateLimiterAbstract,
    private readonly max: number,
  ) {}

  /** Counts one more. Many that arrive together are counted one by one. */
  async count(name: string): Promise<CountedAttempt> {
    try {
      return this.#counted(await this.limiter.consume(keyOf(name)));
    } catch (error) {
      if (error instanceof RateLimiterRes) return this.#counted(error);
      throw error;
    }
  }

  /** Takes one back: it has turned out well. */
  async forgive(name: string): Promise<void> {
    await this.limiter.reward(keyOf(name));
  }

  /** Forgets all of them. */
  async clear(name: string): Promise<void> {
    await this.limiter.delete(keyOf(name));
  }

  #counted({ consumedPoints, msBeforeNext }: RateLimiterRes): CountedAttempt {
    return { count: consumedPoints, isOver: consumedPoints > this.max, windowEndsInMs: msBeforeNext };
  }
}

/** Names may be long, and may be somebody's e-mail address. */
function keyOf(name: string): string {
  return hash('sha256', name, 'base64url');
}
