import { parseModelReference, type ModelReference } from './model-files.js';

/** Which models answer where no alias was ever moved; given by the configuration of the process. */
export class ChampionSettings {
  /** Answers for the instruments that it was trained on; a baseline for all. */
  readonly champion: ModelReference;
  /** The pooled model, which answers for all others. */
  readonly base: ModelReference;

  /**
   * @param champion `<name>@<version>`
   * @param base `<name>@<version>`; the champion itself when there is none
   * @throws AppError caller config.invalid when one is no reference
   */
  constructor(champion: string, base: string = champion) {
    this.champion = parseModelReference(champion);
    this.base = parseModelReference(base);
  }
}
