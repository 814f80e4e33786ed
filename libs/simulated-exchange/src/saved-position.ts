import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MarketRun } from './simulated-market.js';

interface SavedState {
  readonly key: string;
  readonly from: number | null;
  readonly position: number;
}

/**
 * Where a run was, kept in a small file that is replaced as a whole. It is good for the same market and the same
 * wanted start only: with another one the run begins anew.
 */
export class SavedPosition {
  readonly #path: string;

  constructor(
    folder: string,
    private readonly market: Pick<MarketRun, 'feed' | 'key'>,
    private readonly from: number | null,
  ) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, `${market.feed}.json`);
  }

  /** Null when there is none, when it belongs to another run, or when the file is damaged. */
  find(): number | null {
    try {
      const state = JSON.parse(readFileSync(this.#path, 'utf8')) as Partial<SavedState>;
      const mine = state.key === this.market.key && state.from === this.from;
      return mine && Number.isSafeInteger(state.position) ? state.position! : null;
    } catch {
      return null;
    }
  }

  save(position: number): void {
    const state: SavedState = { key: this.market.key, from: this.from, position };
    writeFileSync(`${this.#path}.new`, JSON.stringify(state));
    renameSync(`${this.#path}.new`, this.#path);
  }
}
