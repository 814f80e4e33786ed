import { setTimeout as delay } from 'node:timers/promises';

/**
 * What a question brings that may be asked twice. Whoever has not answered after a while may be stuck: then it is asked
 * once more, which reaches another instance, and the first answer counts. A refusal counts when nobody is still asked.
 *
 * @param afterMs longer than nearly all answers take, so that few are asked twice
 * @throws what the first call threw, when none brings an answer
 * @see Dean and Barroso, The Tail at Scale (2013)
 */
export async function hedged<T>(ask: () => Promise<T>, afterMs: number): Promise<T> {
  const answered = new AbortController();
  const first = ask().finally(() => answered.abort());
  const second = delay(afterMs, undefined, { signal: answered.signal }).then(ask);
  try {
    return await Promise.any([first, second]);
  } catch (error) {
    throw (error as AggregateError).errors[0];
  }
}
