import {
  ERROR_CODES,
  type ErrorCode,
  type InferenceAnswer,
  type InferenceCall,
  inferenceRpc,
} from '@btcforecast/contracts';
import { AppError, Clock, isAppError } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { Peers } from '../http/peers.js';
import { deadlineExceeded, USUAL_DEADLINE_MS } from '../http/request-deadline.js';
import type { InferAnswer } from './infer-reply.js';
import { bytesOf } from './tensor-data.js';

/** One question of one caller. */
export interface Asked extends InferenceCall {
  /** One for each input. */
  readonly numbers: readonly Float64Array[];
  /** Whether the caller has gone; undefined: nobody can tell. */
  readonly isGone?: (() => boolean) | undefined;
}

interface Waiting {
  readonly asked: Asked;
  readonly bytes: number;
  readonly resolve: (answer: InferAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Messages under way at once. While so many are, questions gather for the next one. */
const MAX_UNDER_WAY = 2;
/** Numbers of one message, bytes: in base64 it must stay below what a service reads. */
const MAX_MESSAGE_BYTES = 1_200_000;
const MAX_MESSAGE_CALLS = 256;
/** Some time has passed since a request came in; with less than the usual time left its sender is in a hurry. */
const SLACK_MS = 500;
/** Numbers that wait, bytes; more are refused at once. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/**
 * Asks prediction for many callers at once: what has come by the end of this turn of the event loop travels in one
 * message, and so does what comes while messages are under way. Nothing waits for company. Most of the cost of a small
 * inference is the message, so this is where it is saved; prediction then gathers what all gateways send.
 */
@Injectable()
export class InferenceClient {
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #underWay = 0;
  #isScheduled = false;

  constructor(
    private readonly peers: Peers,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError as prediction answers this question; transient inference.busy, rpc.unavailable, request.deadline_exceeded */
  ask(asked: Asked): Promise<InferAnswer> {
    const bytes = asked.numbers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return Promise.reject(busy());
    this.#waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asked, bytes, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#underWay >= MAX_UNDER_WAY || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const batch = this.#take();
      if (batch.length === 0) return;
      this.#underWay += 1;
      void this.#send(batch).finally(() => {
        this.#underWay -= 1;
        this.#schedule();
      });
      this.#schedule();
    });
  }

  /** The next message. What nobody waits for any more is not sent. */
  #take(): Waiting[] {
    const now = this.clock.now();
    const batch: Waiting[] = [];
    let bytes = 0;
    while (this.#waiting.length > 0 && batch.length < MAX_MESSAGE_CALLS) {
      const next = this.#waiting[0]!;
      if (batch.length > 0 && bytes + next.bytes > MAX_MESSAGE_BYTES) break;
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes;
      if (next.asked.deadline <= now || next.asked.isGone?.()) {
        next.reject(deadlineExceeded());
        continue;
      }
      bytes += next.bytes;
      batch.push(next);
    }
    return batch;
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const numbers = batch.flatMap(({ asked }) => asked.numbers);
      const leftMs = Math.max(...batch.map(({ asked }) => asked.deadline)) - this.clock.now();
      const { answers, data } = await this.peers.callForAll(
        inferenceRpc.infer,
        {
          calls: batch.map(({ asked }) => callOf(asked)),
          data: Buffer.concat(numbers.map(bytesOf)).toString('base64'),
        },
        { deadlineMs: Math.max(1, leftMs), impatient: leftMs < USUAL_DEADLINE_MS - SLACK_MS },
      );
      settle(batch, answers, data);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function callOf({ model, version, deadline, priority, inputs, outputs }: Asked): InferenceCall {
  return { model, version, deadline, priority, inputs, outputs };
}

/** What was late is told as to any other caller. */
function inTime(error: unknown): unknown {
  return isAppError(error) && error.code === 'rpc.deadline_exceeded' ? deadlineExceeded(error) : error;
}

function settle(batch: readonly Waiting[], answers: readonly InferenceAnswer[], data: string): void {
  const numbers = new Float64Array(Buffer.byteLength(data, 'base64') / 8);
  Buffer.from(numbers.buffer).write(data, 'base64'); // aligned, unlike a buffer of its own
  let at = 0;
  for (const [i, { resolve, reject }] of batch.entries()) {
    const answer = answers[i];
    if (!answer)
      throw new AppError('bug', 'rpc.invalid_message', 'prediction answered fewer questions than were asked');
    if (!answer.ok) {
      reject(inTime(new AppError(answer.kind, knownCode(answer.code), answer.message)));
      continue;
    }
    const outputs = answer.outputs.map(({ name, shape }) => {
      const from = at;
      at += shape.reduce((product, size) => product * size, 1);
      return { name, shape, numbers: numbers.subarray(from, at) };
    });
    resolve({ model: answer.model, version: answer.version, outputs });
  }
}

/** The other side may run a later version that knows more codes. */
function knownCode(code: string): ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(code) ? (code as ErrorCode) : 'internal.bug';
}

function busy(): AppError {
  return new AppError(
    'transient',
    'inference.busy',
    'more is being asked than can be computed at the moment; try again in a moment',
    { retryAfterSeconds: 1 },
  );
}
