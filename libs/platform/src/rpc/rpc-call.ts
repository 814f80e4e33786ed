import { AppError } from '../errors/app-error.js';
import type { Clock } from '../time/clock.js';

/** Longest time that setTimeout takes; a later deadline is as good as none. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * What a handler may know of the call that it answers: until when somebody waits, and whether anybody still does.
 * Work that waits for its turn asks `assertWanted` when the turn comes; long work listens to `signal`.
 */
export class RpcCall {
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cancelled = false;
  #ended = false;

  constructor(
    /** Milliseconds since the epoch. */
    readonly deadline: number,
    private readonly clock: Clock,
  ) {}

  /** Aborts at the deadline, and before it when the caller goes away. Costs nothing until it is asked for. */
  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#ended) return this.#controller.signal;
    const leftMs = this.deadline - this.clock.now();
    if (this.#cancelled || leftMs <= 0) this.#controller.abort(this.#unwanted());
    else this.#timer = setTimeout(() => this.#abort(), Math.min(leftMs, MAX_TIMER_MS));
    return this.#controller.signal;
  }

  /** Whether somebody still waits for the answer. */
  get isWanted(): boolean {
    return !this.#cancelled && this.clock.now() < this.deadline;
  }

  /** @throws AppError transient rpc.deadline_exceeded when nobody waits for the answer any more */
  assertWanted(): void {
    if (!this.isWanted) throw this.#unwanted();
  }

  /** The caller has gone. */
  cancel(): void {
    this.#cancelled = true;
    this.#abort();
  }

  /** The answer is there; nothing aborts from here on. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #abort(): void {
    clearTimeout(this.#timer);
    if (!this.#ended) this.#controller?.abort(this.#unwanted());
  }

  #unwanted(): AppError {
    const reason = this.#cancelled ? 'the caller stopped waiting' : 'the deadline has passed';
    return new AppError('transient', 'rpc.deadline_exceeded', `${reason}, so this was not done`);
  }
}
