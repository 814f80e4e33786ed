import { setTimeout as delay } from 'node:timers/promises';
import { STREAM_TYPES, StreamClosing, StreamReset } from '@btcforecast/contracts';
import type { AppError } from '@btcforecast/platform/errors';
import {
  createEventSource,
  type EventSourceClient,
  type EventSourceMessage,
  type FetchLikeInit,
} from 'eventsource-client';
import { refusalOf, unreachable } from '../gateway/ask-gateway.js';

export interface StreamFollowerParts {
  readonly url: URL;
  readonly key: string;
  /** Id of the last event that is known already. */
  readonly since: string | undefined;
  /** An event as the API sent it: JSON on one line. */
  readonly onEvent: (text: string) => void;
  /** Something that people should know. */
  readonly onNote: (text: string) => void;
}

/** Longer than any gateway is silent: it says every few seconds that it is there. */
const SILENCE_MS = 90_000;
const HEARTBEAT = /^at (\S+)$/;
const TOO_MANY_REQUESTS = 429;
const TYPES: ReadonlySet<string> = new Set(STREAM_TYPES);

/**
 * Follows the event stream of a gateway: connects again when the connection is lost, and goes on after the last event
 * that came, so that none is missing and none comes twice.
 */
export class StreamFollower {
  #cursor: string | undefined;
  #wasOpen = false;
  #isOpen = false;
  #source: EventSourceClient | undefined;
  #silence = new AbortController();
  #watch: NodeJS.Timeout | undefined;
  readonly #end = Promise.withResolvers<void>();

  constructor(private readonly parts: StreamFollowerParts) {
    this.#cursor = parts.since;
  }

  /** Id of the last event that came, or that was not for us. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /**
   * Resolves when the signal is given.
   *
   * @throws AppError when the stream cannot be opened, in the words of the API; later only when it is refused for good:
   *   whatever passes is waited for
   */
  async follow(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    signal.addEventListener('abort', () => this.#end.resolve());
    this.#source = createEventSource({
      url: this.parts.url,
      headers: { authorization: `Bearer ${this.parts.key}` },
      redirect: 'error',
      fetch: (url, init) => this.#connect(url, init),
      onMessage: (message) => this.#take(message),
      onComment: (text) => this.#hear(HEARTBEAT.exec(text)?.[1]),
      onScheduleReconnect: ({ delay: ms }) => this.#lost(ms),
    });
    try {
      await this.#end.promise;
    } finally {
      clearTimeout(this.#watch);
      this.#source.close();
    }
  }

  async #connect(url: string | URL, init: FetchLikeInit = {}): Promise<Response> {
    // The library knows the ids of events alone; heartbeats move the cursor on too. Spelt as it does: one header, not two.
    const headers = { ...init.headers, ...(this.#cursor && { 'Last-Event-ID': this.#cursor }) };
    this.#silence = new AbortController();
    const signal = AbortSignal.any([init.signal as AbortSignal, this.#silence.signal]);
    let response: Response;
    try {
      response = await fetch(url, { ...(init as RequestInit), headers, signal });
    } catch (error) {
      throw this.#failed(unreachable(this.parts.url, error));
    }
    if (!response.ok) {
      const refusal = this.#failed(await refusalOf(response, this.parts.url.origin), response.status);
      const seconds = Number(response.headers.get('retry-after'));
      if (seconds > 0) await delay(seconds * 1_000, undefined, { signal });
      throw refusal;
    }
    this.parts.onNote(
      this.#wasOpen ? `connected again, after ${this.#cursor}` : `listening to ${this.parts.url}`,
    );
    this.#wasOpen = this.#isOpen = true;
    this.#hear(undefined);
    return response;
  }

  /** At first any failure is the end: the address or the key may be wrong. Later only what waiting cannot mend. */
  #failed(error: AppError, status?: number): AppError {
    const passes = error.kind === 'transient' || status === TOO_MANY_REQUESTS;
    if (!this.#wasOpen || !passes) this.#end.reject(error);
    else if (status !== undefined) this.parts.onNote(error.message);
    return error;
  }

  #lost(ms: number): void {
    clearTimeout(this.#watch);
    if (this.#isOpen) this.parts.onNote(`the connection is lost; connecting again in ${ms / 1_000} s`);
    this.#isOpen = false;
  }

  #take({ id, event = '', data }: EventSourceMessage): void {
    this.#hear(id);
    if (TYPES.has(event)) this.parts.onEvent(data);
    else if (event === 'reset') this.parts.onNote(resetText(data));
    else if (event === 'closing') this.parts.onNote(closingText(data));
    // What else there may be one day is not for this version.
  }

  /** The gateway is there; says so at the latest after the silence that is allowed. */
  #hear(cursor: string | undefined): void {
    this.#cursor = cursor ?? this.#cursor;
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#silence.abort(new Error('the gateway is silent')), SILENCE_MS);
  }
}

function resetText(data: string): string {
  const reason = StreamReset.safeParse(json(data)).data?.reason;
  const why = reason === 'too_old' ? 'it was too long ago' : 'this gateway does not know that event';
  return `events may be missing here, as ${why}; history by REST has them`;
}

function closingText(data: string): string {
  const reason = StreamClosing.safeParse(json(data)).data?.reason ?? 'unknown';
  return `the gateway ends the stream: ${reason.replaceAll('_', ' ')}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
