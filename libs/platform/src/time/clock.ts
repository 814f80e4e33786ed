import { Injectable } from '@nestjs/common';

/** The wall clock. Only staleness watches, deadlines and expiry may ask it; the domain takes instants as arguments. */
@Injectable()
export class Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  now(): number {
    return Date.now();
  }
}

/** A clock that stands still until told otherwise. */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
  }
}
