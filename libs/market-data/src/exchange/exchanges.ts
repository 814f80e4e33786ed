import type { ExchangePort } from './exchange-port.js';

/** The venues of a feed in order of preference; each is opened when it is first used. */
export class Exchanges {
  readonly #open = new Map<string, Promise<ExchangePort>>();

  constructor(private readonly factories: ReadonlyMap<string, () => Promise<ExchangePort>>) {}

  /** Most preferred first. */
  get venues(): readonly string[] {
    return [...this.factories.keys()];
  }

  has(venue: string): boolean {
    return this.factories.has(venue);
  }

  /** @throws RangeError for a venue that is not configured */
  get(venue: string): Promise<ExchangePort> {
    const known = this.#open.get(venue);
    if (known) return known;
    const create = this.factories.get(venue);
    if (!create) throw new RangeError(`venue ${venue} is not configured`);
    const opened = create();
    this.#open.set(venue, opened);
    return opened;
  }

  async close(): Promise<void> {
    const opened = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(opened.map(async (exchange) => (await exchange).close()));
  }
}
