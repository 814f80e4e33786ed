import type { EventOf, Horizon, InstrumentId } from '@btcforecast/contracts';
import { LRUCache } from 'lru-cache';

/** What a client asked for: the same question is answered with the same bytes, but for a canary. */
export interface ForecastQuestion {
  readonly instrument: InstrumentId;
  readonly horizons: readonly Horizon[];
  /** Further quantiles, ascending. */
  readonly levels?: readonly number[] | undefined;
}

/** A question and how it is written in keys. */
export interface NamedQuestion extends ForecastQuestion {
  readonly name: string;
}

/** A reply as it goes out, serialised once. */
export interface ForecastBytes {
  /** A string leaves together with the head in one write, a buffer in a second one. */
  readonly body: string;
  readonly etag: string;
  readonly isLive: boolean;
  /** When prediction gave it, in milliseconds of the process's monotonic clock. */
  readonly confirmedAt: number;
  /** From when on prediction is asked again although this may still be served, by the same clock. */
  readonly renewAt: number;
}

/** What an answer of prediction says about the newest forecasts of an instrument. */
export interface NewestNews {
  readonly instrument: InstrumentId;
  readonly originMs: number;
  /** `name@version` of the champion; null where the canary answered. */
  readonly champion: string | null;
  /** Share of clients that a canary answers at this origin; null: there is none. */
  readonly canaryShare: number | null;
}

/** Which forecast is the newest of an instrument, as far as this gateway knows. */
interface Newest {
  readonly originMs: number;
  /** Origin and model, as they stand in keys. */
  readonly name: string;
  readonly canaryShare: number | null;
}

const MAX_REPLIES = 2_000;
const MAX_ADDRESSES = 2_000;

export function named(question: ForecastQuestion): NamedQuestion {
  const { instrument, horizons, levels } = question;
  return { ...question, name: `${instrument}|${horizons.join()}|${levels?.join() ?? ''}` };
}

/** Whether a client's bucket, in [0, 1), is answered by the canary. */
export function isCanaryClient(bucket: number, canaryShare: number | null): boolean {
  return canaryShare !== null && bucket < canaryShare;
}

/**
 * Forecast replies in memory. A key holds the question, the newest origin, the model that answered it and whether
 * that was for the canary's clients, so nothing is ever invalidated: a newer forecast makes other keys, and what
 * nobody asks for any more falls out.
 */
export class ForecastMemory {
  readonly #replies = new LRUCache<string, ForecastBytes>({ max: MAX_REPLIES });
  readonly #questions = new LRUCache<string, NamedQuestion>({ max: MAX_ADDRESSES });
  readonly #newest = new Map<InstrumentId, Newest>();

  /**
   * Name of the reply to a question as things stand.
   *
   * @param bucketOf where the client falls in [0, 1); asked only while there is a canary
   */
  keyOf(question: NamedQuestion, bucketOf: () => number): string {
    const newest = this.#newest.get(question.instrument);
    return newest
      ? `${question.name}|${newest.name}${this.#whose(question, bucketOf)}`
      : `${question.name}|unknown`;
  }

  reply(key: string): ForecastBytes | undefined {
    return this.#replies.get(key);
  }

  /** What such clients were told last to a question; a newer forecast may have been announced since. */
  lastReply(question: NamedQuestion, bucketOf: () => number): ForecastBytes | undefined {
    return this.#replies.get(this.#lastKey(question, bucketOf));
  }

  /** Keeps the reply to a question as things stand. */
  keep(question: NamedQuestion, bucketOf: () => number, reply: ForecastBytes): void {
    this.#replies.set(this.keyOf(question, bucketOf), reply);
    this.#replies.set(this.#lastKey(question, bucketOf), reply);
  }

  #lastKey(question: NamedQuestion, bucketOf: () => number): string {
    return `${question.name}|last${this.#whose(question, bucketOf)}`;
  }

  #whose({ instrument }: NamedQuestion, bucketOf: () => number): '' | '|canary' {
    const canaryShare = this.#newest.get(instrument)?.canaryShare ?? null;
    return canaryShare !== null && isCanaryClient(bucketOf(), canaryShare) ? '|canary' : '';
  }

  /** The question behind an address that was understood before, so that it need not be parsed again. */
  questionAt(url: string): NamedQuestion | undefined {
    return this.#questions.get(url);
  }

  understand(url: string, question: NamedQuestion): void {
    this.#questions.set(url, question);
  }

  /**
   * Takes note of an issued forecast, unless a newer one is known: repaired gaps are forecast long afterwards. Whether
   * there is a canary at its origin is known from the next answer; until then what held before is taken to hold.
   */
  noteIssued({
    instrument,
    origin,
    modelVersion,
  }: Pick<EventOf<'forecast.issued'>, 'instrument' | 'origin' | 'modelVersion'>): void {
    const known = this.#newest.get(instrument);
    if (known && origin < known.originMs) return;
    const canaryShare = known?.canaryShare ?? null;
    this.#newest.set(instrument, { originMs: origin, name: `${origin}|${modelVersion}`, canaryShare });
  }

  /**
   * Takes note of what prediction answered; a canary's answer says nothing about the champion's.
   *
   * @returns whether no newer forecast is known
   */
  noteAnswered({ instrument, originMs, champion, canaryShare }: NewestNews): boolean {
    const known = this.#newest.get(instrument);
    if (known && originMs < known.originMs) return false;
    const isKnownOrigin = known?.originMs === originMs;
    const name = champion === null && isKnownOrigin ? known.name : `${originMs}|${champion ?? 'unknown'}`;
    this.#newest.set(instrument, { originMs, name, canaryShare });
    return true;
  }

  /** Forgets which forecasts are the newest, and with that everything: events may have been missed. */
  forgetNewest(): void {
    this.#newest.clear();
  }
}
