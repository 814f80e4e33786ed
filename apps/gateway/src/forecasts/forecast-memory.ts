import type { EventOf, Horizon, InstrumentId } from '@btcforecast/contracts';
import { LRUCache } from 'lru-cache';

/** What a client asked for: the same question is answered with the same bytes. */
export interface ForecastQuestion {
  readonly instrument: InstrumentId;
  readonly horizons: readonly Horizon[];
}

/** A reply as it goes out, serialised once. */
export interface ForecastBytes {
  /** A string leaves together with the head in one write, a buffer in a second one. */
  readonly body: string;
  readonly etag: string;
  readonly isLive: boolean;
  /** When prediction gave it, in milliseconds of the process's monotonic clock. */
  readonly confirmedAt: number;
}

/** Which forecast is the newest of an instrument, as far as this gateway knows. */
interface Newest {
  readonly originMs: number;
  /** Origin and model, as they stand in keys. */
  readonly name: string;
}

const MAX_REPLIES = 1_000;
const MAX_ADDRESSES = 2_000;

/**
 * Forecast replies in memory. A key holds the question, the newest origin and the model that answered it, so
 * nothing is ever invalidated: a newer forecast makes other keys, and what nobody asks for any more falls out.
 */
export class ForecastMemory {
  readonly #replies = new LRUCache<string, ForecastBytes>({ max: MAX_REPLIES });
  readonly #questions = new LRUCache<string, ForecastQuestion>({ max: MAX_ADDRESSES });
  readonly #newest = new Map<InstrumentId, Newest>();

  /** Name of the reply to a question as things stand. */
  keyOf({ instrument, horizons }: ForecastQuestion): string {
    return `${instrument}|${horizons.join()}|${this.#newest.get(instrument)?.name ?? 'unknown'}`;
  }

  reply(key: string): ForecastBytes | undefined {
    return this.#replies.get(key);
  }

  keep(key: string, reply: ForecastBytes): void {
    this.#replies.set(key, reply);
  }

  /** The question behind an address that was understood before, so that it need not be parsed again. */
  questionAt(url: string): ForecastQuestion | undefined {
    return this.#questions.get(url);
  }

  understand(url: string, question: ForecastQuestion): void {
    this.#questions.set(url, question);
  }

  /** Takes note of an issued forecast, unless a newer one is known: repaired gaps are forecast long afterwards. */
  noteIssued({
    instrument,
    origin,
    modelVersion,
  }: Pick<EventOf<'forecast.issued'>, 'instrument' | 'origin' | 'modelVersion'>): void {
    const known = this.#newest.get(instrument);
    if (!known || origin >= known.originMs)
      this.#newest.set(instrument, { originMs: origin, name: `${origin}|${modelVersion}` });
  }

  /** Forgets which forecasts are the newest, and with that everything: events may have been missed. */
  forgetNewest(): void {
    this.#newest.clear();
  }
}
