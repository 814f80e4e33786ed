import type { CatchUpReport, CatchUpScope, ForecastCatchUp } from '../forecasts/forecast-catch-up.service.js';
import type { JournalReplay } from '../journal/journal-replay.js';

/** How forecasts are made while the primary is away. */
export interface CutOff {
  readonly catchUp: Pick<ForecastCatchUp, 'run'>;
  readonly replay: Pick<JournalReplay, 'run'>;
  readonly isPrimaryAway: () => boolean;
  /** Told when the primary goes, and when it is back. */
  readonly turned: (isAway: boolean) => void;
}

/** Has missing forecasts issued: by the primary, or, while that is away, by what the region has. */
export class RegionForecasting {
  #wasAway = false;

  /** @param cutOff null: without the primary there are no forecasts */
  constructor(
    private readonly catchUp: Pick<ForecastCatchUp, 'run'>,
    private readonly cutOff: CutOff | null,
  ) {}

  /** As {@link ForecastCatchUp.run}. What the journal holds is brought to the primary first. */
  async run(scope: CatchUpScope, onBatch: (report: CatchUpReport) => void): Promise<boolean> {
    if (!this.cutOff) return this.catchUp.run(scope, onBatch);
    const isAway = this.cutOff.isPrimaryAway();
    if (isAway !== this.#wasAway) this.cutOff.turned(isAway);
    this.#wasAway = isAway;
    if (isAway) return this.cutOff.catchUp.run(scope, onBatch);
    await this.cutOff.replay.run();
    return this.catchUp.run(scope, onBatch);
  }
}
