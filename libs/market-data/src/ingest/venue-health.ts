import { isAppError, type Clock } from '@btcforecast/platform';

/** What a venue is asked for. One that tells the time but has no candles is as useless as one that is silent. */
export type VenueService = 'clock' | 'candles';

/** Since when a venue has been failing. Failures of our own, such as a lost database, are not its fault. */
export class VenueHealth {
  readonly #failingSince = new Map<VenueService, number>();

  constructor(private readonly clock: Clock) {}

  succeeded(service: VenueService): void {
    this.#failingSince.delete(service);
  }

  failed(service: VenueService, error: unknown): void {
    const isVenues = isAppError(error) && error.code.startsWith('market.');
    if (isVenues && !this.#failingSince.has(service)) this.#failingSince.set(service, this.clock.now());
  }

  /** How long the longest unbroken row of failures has lasted, ms. */
  failingForMs(): number {
    const since = [...this.#failingSince.values()];
    return since.length === 0 ? 0 : this.clock.now() - Math.min(...since);
  }
}
