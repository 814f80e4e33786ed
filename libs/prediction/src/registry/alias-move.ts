import type { Alias } from '@btcforecast/contracts';
import type { ModelReference } from '../models/model-files.js';

/** One move of an alias; instants are ms. */
export interface AliasMove {
  /** Number of the record. */
  readonly id: string;
  readonly feed: string;
  readonly instrument: string;
  readonly alias: Alias;
  readonly from: ModelReference | null;
  /** null: nobody holds it from then on. */
  readonly to: ModelReference | null;
  /** Share of requests that a canary answers; null for the others. */
  readonly share: number | null;
  /** First origin that the move holds for. */
  readonly effectiveOrigin: number;
  readonly actor: string;
  readonly reason: string;
  /** The evaluation it rests on. */
  readonly evaluationId: string | null;
  /** Event time. */
  readonly movedAt: number;
}

/** Who holds an alias at an origin. */
export interface AliasHolder extends ModelReference {
  readonly share: number | null;
  /** First origin, ms. */
  readonly since: number;
  readonly moveId: string;
  /** Of the move. */
  readonly reason: string;
}

export function isSameModel(a: ModelReference | null, b: ModelReference | null): boolean {
  return a?.name === b?.name && a?.version === b?.version;
}

/** `name@version`; "nobody" for null. */
export function referenceText(model: ModelReference | null): string {
  return model ? `${model.name}@${model.version}` : 'nobody';
}

/**
 * Who holds an alias at an origin: the newest of the moves with an effective origin at or before it.
 *
 * @param moves of one feed, instrument and alias, as recorded: by effective origin, then by number, ascending
 * @returns null when nobody was ever moved there by then, or the last move cleared it
 */
export function holderAmong(moves: readonly AliasMove[], origin: number): AliasHolder | null {
  const move = moves.findLast(({ effectiveOrigin }) => effectiveOrigin <= origin);
  if (!move?.to) return null;
  return holderBy(move, move.to);
}

export function holderBy({ id, share, effectiveOrigin, reason }: AliasMove, to: ModelReference): AliasHolder {
  return { ...to, share, since: effectiveOrigin, moveId: id, reason };
}

/**
 * The champion and those that it goes back to, the latest last: a move back to an earlier holder counts as undone
 * promotions, so that what had to go is never gone back to.
 *
 * @param moves of the alias champion of one feed and instrument, ascending
 */
export function championLine(moves: readonly AliasMove[]): ModelReference[] {
  const line: ModelReference[] = [];
  for (const { from, to } of moves) {
    if (line.length === 0 && from) line.push(from);
    if (!to) continue;
    const before = line.findIndex((model) => isSameModel(model, to));
    if (before < 0) line.push(to);
    else line.length = before + 1;
  }
  return line;
}

/** Whom a rollback gives the alias back to; null when the champion has no predecessor. @param moves as for {@link championLine} */
export function predecessorOf(moves: readonly AliasMove[]): ModelReference | null {
  return championLine(moves).at(-2) ?? null;
}
