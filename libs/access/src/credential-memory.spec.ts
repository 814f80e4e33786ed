import { describe, expect, it } from '@jest/globals';
import { createLogger, ManualClock } from '@btcforecast/platform';
import { CredentialMemory } from './credential-memory.js';

interface Record {
  readonly id: string;
  readonly version: number;
}

/** A memory whose reads end when the test says so. */
function heldMemory() {
  const reads: { end: (records: Record[]) => void; fail: () => void }[] = [];
  const clock = new ManualClock(1_000_000);
  const memory = new CredentialMemory<Record>({
    what: 'keys',
    read: () =>
      new Promise((resolve, reject) => reads.push({ end: resolve, fail: () => reject(new Error('away')) })),
    idOf: ({ id }) => id,
    clock,
    logger: createLogger('test', { level: 'silent' }),
  });
  return { memory, reads, clock };
}
const old = { id: 'a', version: 1 };
const changed = { id: 'a', version: 2 };

describe('what is known of credentials', () => {
  it('does not keep what was read before a change and came after it', async () => {
    const { memory, reads } = heldMemory();
    const before = memory.lookUp('a');
    memory.forget('a');
    const after = memory.lookUp('a');
    reads[1]!.end([changed]);
    await after;
    reads[0]!.end([old]);
    await before;
    expect(memory.find('a')?.record).toBe(changed);
  });

  it('is not made old again by a refresh that was under way when it changed', async () => {
    const { memory, reads } = heldMemory();
    const first = memory.lookUp('a');
    reads[0]!.end([old]);
    await first;
    const refresh = memory.refresh();
    memory.forget('a');
    const again = memory.lookUp('a');
    reads[2]!.end([changed]);
    await again;
    reads[1]!.end([old]);
    await refresh;
    expect(memory.find('a')?.record).toBe(changed);
  });

  it('is asked for once by many at once', async () => {
    const { memory, reads } = heldMemory();
    const lookups = Array.from({ length: 20 }, () => memory.lookUp('a'));
    expect(reads).toHaveLength(1);
    reads[0]!.end([old]);
    expect((await Promise.all(lookups)).every(({ record }) => record === old)).toBe(true);
  });

  it('counts for 15 minutes without the database, and is asked for again after a failure', async () => {
    const { memory, reads, clock } = heldMemory();
    const first = memory.lookUp('a');
    reads[0]!.fail();
    await expect(first).rejects.toMatchObject({ kind: 'transient', code: 'database.unavailable' });
    const second = memory.lookUp('a');
    reads[1]!.end([old]);
    await second;
    clock.advance(15 * 60_000 - 1);
    expect(memory.find('a')?.record).toBe(old);
    clock.advance(1);
    expect(memory.find('a')).toBeUndefined();
    expect(() => memory.assertUsable()).toThrow('keys have not been read for 15 minutes');
  });
});
