import { describe, expect, it } from '@jest/globals';
import { JOBS, QUEUES } from '@btcforecast/contracts';
import { assertHandlersComplete, type JobHandlers } from './job-handlers.js';

const complete = (): JobHandlers[] =>
  QUEUES.map((queue) => ({
    queue,
    handlers: Object.fromEntries(Object.keys(JOBS[queue]).map((job) => [job, async () => undefined])),
  }));

describe('assertHandlersComplete', () => {
  it('accepts one handler for each job', () => {
    expect(() => assertHandlersComplete(complete())).not.toThrow();
  });

  it('refuses a job without a handler', () => {
    const handlers = complete().filter(({ queue }) => queue !== 'analytics');
    expect(() => assertHandlersComplete(handlers)).toThrow('analytics/score_due has 0 handlers');
  });

  it('refuses a job with two handlers', () => {
    const twice = complete().filter(({ queue }) => queue === 'maintenance');
    expect(() => assertHandlersComplete([...complete(), ...twice])).toThrow(
      'maintenance/ensure_partitions has 2 handlers',
    );
  });

  it('refuses a handler without a job', () => {
    const extra: JobHandlers = { queue: 'analytics', handlers: { guess: async () => undefined } };
    expect(() => assertHandlersComplete([...complete(), extra])).toThrow('analytics/guess is not a job');
  });
});
