/** What must be closed at the end, and also when a start fails halfway. */
export class Closers {
  readonly #closers: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  /** Closes each once, in parallel; one that fails does not keep the others open. */
  async closeAll(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#closers.splice(0).map(async (close) => close()));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
