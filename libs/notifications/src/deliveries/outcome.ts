import { type FetchFailure } from '@btcforecast/platform';

/** What came of an attempt. */
export interface Outcome {
  readonly isDelivered: boolean;
  /** HTTP status code; null: there was no answer. */
  readonly status: number | null;
  /** Why it failed, fit for whoever owns the endpoint; null: it did not. */
  readonly failure: string | null;
  /** Beginning of the answer. */
  readonly response: string | null;
  /** The receiver wants nothing any more. */
  readonly isGone: boolean;
  readonly isOverloaded: boolean;
  /** How long the receiver asks us to wait, ms; 0: it does not. */
  readonly askedMs: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const GONE = 410;
const OVERLOADED = new Set([429, 502, 504]);

/**
 * What an answer means, Standard Webhooks 1.0.0: delivered is 2xx and nothing else; a redirect is not followed; 410
 * disables; 429, 502 and 504, and whoever asks for it, are given a pause.
 */
export function outcomeOf({ status, headers, body }: Answer, nowMs: number): Outcome {
  const isDelivered = status >= 200 && status < 300;
  const askedMs = isDelivered ? 0 : retryAfterMs(headers['retry-after'], nowMs);
  return {
    isDelivered,
    status,
    failure: isDelivered ? null : failureOf(status),
    response: printable(body.toString('utf8')) || null,
    isGone: status === GONE,
    isOverloaded: OVERLOADED.has(status) || askedMs > 0,
    askedMs,
  };
}

/** What it means that there was no answer. */
export function outcomeOfFailure({ failure, message }: { failure: FetchFailure; message: string }): Outcome {
  const none = { isDelivered: false, isGone: false, isOverloaded: false, askedMs: 0 };
  return { ...none, status: null, failure: `${failure}: ${message}`, response: null };
}

function failureOf(status: number): string {
  if (status >= 300 && status < 400)
    return `answered ${status}: redirects are not followed, change the address`;
  return status === GONE ? 'answered 410: it wants nothing any more' : `answered ${status}`;
}

/** Seconds or a date, RFC 9110 section 10.2.3; 0 when it is neither. */
function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

/** Without what the database cannot keep, or what a terminal would obey. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/g, '\ufffd');
}
