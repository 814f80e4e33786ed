import { Injectable } from '@nestjs/common';

/** Counts the calls that are being answered, so that shutdown can wait for them. */
@Injectable()
export class RpcLoad {
  #inFlight = 0;
  #idle: (() => void)[] = [];

  async track<T>(work: () => Promise<T>): Promise<T> {
    this.#inFlight += 1;
    try {
      return await work();
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Resolves when no call is being answered. */
  async whenIdle(): Promise<void> {
    if (this.#inFlight === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
