import { AppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { ChampionSettings } from './champion-settings.js';
import type { ModelReference } from './model-files.js';
import { ModelVersionRepository } from './model-version.repository.js';

/** Who is champion of an instrument while no alias was ever moved there. */
@Injectable()
export class ConfiguredChampion {
  /** Instruments that the configured champion was trained on; known once it is registered, and then for good. */
  #instruments: readonly string[] | undefined;

  constructor(
    private readonly settings: ChampionSettings,
    private readonly versions: ModelVersionRepository,
  ) {}

  /**
   * The configured champion where it was trained on the instrument, else the pooled base model.
   *
   * @throws AppError transient forecast.model_not_ready until the configured champion is registered
   */
  async of(instrument: string): Promise<ModelReference> {
    const { champion, base } = this.settings;
    this.#instruments ??= await this.#trainedOn(champion);
    return this.#instruments.includes(instrument) ? champion : base;
  }

  async #trainedOn({ name, version }: ModelReference): Promise<readonly string[]> {
    const manifest = await this.versions.findManifest(name, version);
    if (manifest) return manifest.instruments;
    throw new AppError(
      'transient',
      'forecast.model_not_ready',
      `the configured champion ${name}@${version} is not registered yet; prediction does so at its start`,
      { name, version },
    );
  }
}
