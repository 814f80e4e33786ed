import { describe, expect, it } from '@jest/globals';
import { PasswordHasher, PASSWORD_COST } from './password-hasher.js';

/** As cheap as scrypt can be: what is tested here is not how hard it is to guess. */
const CHEAP = { log2N: 2, blockSize: 1, parallelism: 1 };
const hasher = new PasswordHasher(CHEAP);

describe('a password', () => {
  it('is hashed with a salt, and with its cost beside it', async () => {
    const [first, second] = [await hasher.hash('correct horse'), await hasher.hash('correct horse')];
    expect(first).toMatch(/^\$scrypt\$ln=2,r=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(second).not.toBe(first);
    expect(await hasher.verify('correct horse', first)).toEqual({ matches: true, isOutdated: false });
    expect(await hasher.verify('correct house', first)).toEqual({ matches: false, isOutdated: false });
  });

  it('is the same however its accents were typed', async () => {
    const stored = await hasher.hash('caf\u00e9 \u212b');
    expect(await hasher.verify('cafe\u0301 \u00c5', stored)).toMatchObject({ matches: true });
  });

  it('may hold anything', async () => {
    for (const text of ['\u0000', '🙂'.repeat(60), ' ', '$scrypt$', 'a'.repeat(128)]) {
      const stored = await hasher.hash(text);
      expect(await hasher.verify(text, stored)).toMatchObject({ matches: true });
      expect(await hasher.verify(`${text}x`, stored)).toMatchObject({ matches: false });
    }
  });

  it('that was hashed at another cost still counts, and is to be hashed anew', async () => {
    const stored = await new PasswordHasher({ ...CHEAP, log2N: 3 }).hash('correct horse');
    expect(await hasher.verify('correct horse', stored)).toEqual({ matches: true, isOutdated: true });
    expect(await hasher.verify('wrong', stored)).toEqual({ matches: false, isOutdated: false });
  });

  it('of nobody is wrong, whatever it is', async () => {
    expect(await hasher.verify('', null)).toEqual({ matches: false, isOutdated: false });
  });

  it('costs what OWASP asks for, unless said otherwise', async () => {
    expect(PASSWORD_COST).toEqual({ log2N: 15, blockSize: 8, parallelism: 3 });
    const stored = await new PasswordHasher().hash('correct horse');
    expect(stored).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect(await new PasswordHasher().verify('correct horse', stored)).toMatchObject({ matches: true });
  });

  it('is not checked beside too many others', async () => {
    const slow = new PasswordHasher({ log2N: 12, blockSize: 8, parallelism: 1 });
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => slow.verify('x', null)));
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(28);
    expect(refused[0]).toMatchObject({ reason: { kind: 'transient', code: 'service.not_ready' } });
    expect(await slow.verify('x', null)).toMatchObject({ matches: false });
  });
});
