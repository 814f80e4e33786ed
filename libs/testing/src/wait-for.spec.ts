import { describe, expect, it } from '@jest/globals';
import { waitFor } from './wait-for.js';

describe('waitFor', () => {
  it('gives the first truthy value', async () => {
    let calls = 0;
    const value = await waitFor(() => (++calls === 3 ? 'third' : ''), {
      deadlineMs: 1_000,
      what: 'x',
      everyMs: 1,
    });
    expect(value).toBe('third');
    expect(calls).toBe(3);
  });

  it('says what did not happen, and why the last try failed', async () => {
    const never = () => Promise.reject(new Error('connection refused'));
    await expect(waitFor(never, { deadlineMs: 5, what: 'the server answers', everyMs: 1 })).rejects.toThrow(
      'not within 5 ms: the server answers: connection refused',
    );
  });

  it('goes on after a condition that throws', async () => {
    let calls = 0;
    const flaky = () => {
      if (++calls === 1) throw new Error('not yet');
      return calls;
    };
    expect(await waitFor(flaky, { deadlineMs: 1_000, what: 'x', everyMs: 1 })).toBe(2);
  });
});
