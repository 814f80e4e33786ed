import type { Alias } from '@btcforecast/contracts';
import { championLine, holderAmong, isSameModel, type AliasHolder, type AliasMove } from '../registry/alias-move.js';
import type { ModelReference } from './model-files.js';

/** Who answers at an origin. */
export interface Assignment {
  readonly champion: ModelReference;
  /** Whom to ask when the champion cannot be loaded: its predecessors, the latest first. */
  readonly fallbacks: readonly ModelReference[];
  readonly challenger: ModelReference | null;
  readonly canary: AliasHolder | null;
}

/** All moves of the aliases of a feed, as read at one time: who holds what at which origin. */
export class AliasSchedule {
  readonly #moves: ReadonlyMap<string, readonly AliasMove[]>;

  /** @param moves of one feed, ascending by effective origin and number */
  constructor(moves: readonly AliasMove[] = []) {
    this.#moves = Map.groupBy(moves, ({ instrument, alias }) => `${instrument} ${alias}`);
  }

  /** @param configured champion while none was promoted */
  at(instrument: string, origin: number, configured: ModelReference): Assignment {
    const moves = this.#of(instrument, 'champion').filter(({ effectiveOrigin }) => effectiveOrigin <= origin);
    const [champion, ...fallbacks] = distinct([...championLine(moves).reverse(), configured]);
    const challenger = holderAmong(this.#of(instrument, 'challenger'), origin);
    return {
      champion: champion!, // the configured one at least
      fallbacks,
      challenger: challenger && { name: challenger.name, version: challenger.version },
      canary: holderAmong(this.#of(instrument, 'canary'), origin),
    };
  }

  /** Versions that get an alias after an origin. */
  after(instrument: string, origin: number): ModelReference[] {
    return (['champion', 'challenger'] as const).flatMap((alias) =>
      this.#of(instrument, alias)
        .filter(({ effectiveOrigin }) => effectiveOrigin > origin)
        .flatMap(({ to }) => to ?? []),
    );
  }

  #of(instrument: string, alias: Alias): readonly AliasMove[] {
    return this.#moves.get(`${instrument} ${alias}`) ?? [];
  }
}

function distinct(models: readonly ModelReference[]): ModelReference[] {
  return models.filter((model, i) => models.findIndex((other) => isSameModel(other, model)) === i);
}
