import { AppError } from '@btcforecast/platform';
import { BASELINE_FAMILIES, type ModelManifest } from '@btcforecast/training';
import { Injectable } from '@nestjs/common';
import { ChampionSettings } from './champion-settings.js';
import type { ModelReference } from './model-files.js';
import { ModelVersionRepository } from './model-version.repository.js';

/** Who is champion of an instrument while no alias was ever moved there. */
@Injectable()
export class ConfiguredChampion {
  /** Of the configured champion; known once it is registered, and then for good. */
  #manifest: ModelManifest | undefined;

  constructor(
    private readonly settings: ChampionSettings,
    private readonly versions: ModelVersionRepository,
  ) {}

  /**
   * The configured champion where it was trained on the instrument, else the pooled base model. A baseline was trained
   * on none: it answers for all.
   *
   * @throws AppError transient forecast.model_not_ready until the configured champion is registered
   */
  async of(instrument: string): Promise<ModelReference> {
    const { champion, base } = this.settings;
    this.#manifest ??= await this.#manifestOf(champion);
    return isFor(instrument, this.#manifest) ? champion : base;
  }

  async #manifestOf({ name, version }: ModelReference): Promise<ModelManifest> {
    const manifest = await this.versions.findManifest(name, version);
    if (manifest) return manifest;
    throw new AppError(
      'transient',
      'forecast.model_not_ready',
      `the configured champion ${name}@${version} is not registered yet; prediction does so at its start`,
      { name, version },
    );
  }
}

function isFor(instrument: string, { family, instruments }: ModelManifest): boolean {
  return instruments.includes(instrument) || BASELINE_FAMILIES.some((baseline) => baseline === family);
}
