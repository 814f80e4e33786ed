import { AliasRepository } from '../registry/alias.repository.js';
import type { AliasMove } from '../registry/alias-move.js';
import { AliasSchedule } from './alias-schedule.js';

/** Moves are numbered when they are made and seen when they are committed: so many may appear out of order. */
const OUT_OF_ORDER = 100;

/** The moves of a feed, read as they come: one small query each time, since a move never changes. */
export class AliasLog {
  readonly #moves = new Map<bigint, AliasMove>();
  #newest = 0n;
  #schedule = new AliasSchedule();

  constructor(
    private readonly aliases: AliasRepository,
    private readonly feed: string,
  ) {}

  /** As of the last reading. */
  get known(): AliasSchedule {
    return this.#schedule;
  }

  /** All moves that are in the table now. */
  async read(): Promise<AliasSchedule> {
    const after = this.#newest > OUT_OF_ORDER ? this.#newest - BigInt(OUT_OF_ORDER) : 0n;
    const found = await this.aliases.listAfter(this.feed, after.toString());
    const fresh = found.filter(({ id }) => !this.#moves.has(BigInt(id)));
    if (fresh.length === 0) return this.#schedule;
    for (const move of fresh) {
      this.#moves.set(BigInt(move.id), move);
      if (BigInt(move.id) > this.#newest) this.#newest = BigInt(move.id);
    }
    this.#schedule = new AliasSchedule([...this.#moves.values()].sort(inOrder));
    return this.#schedule;
  }
}

function inOrder(a: AliasMove, b: AliasMove): number {
  return a.effectiveOrigin - b.effectiveOrigin || Number(BigInt(a.id) - BigInt(b.id));
}
