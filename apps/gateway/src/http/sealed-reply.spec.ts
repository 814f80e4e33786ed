import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seal, type SealedFor, unseal } from './sealed-reply.js';

const whom = fc.record<SealedFor>({
  credential: fc.string({ minLength: 1, maxLength: 100 }),
  idempotencyKey: fc.string({ minLength: 1, maxLength: 255 }),
  fingerprint: fc.string({ minLength: 64, maxLength: 64 }),
});
const bytes = fc.uint8Array({ maxLength: 500 }).map((each) => Buffer.from(each));

it('opens for whoever it was sealed for, and shows nothing of itself before', () => {
  fc.assert(
    fc.property(bytes, whom, (reply, me) => {
      const sealed = seal(reply, me);
      expect(unseal(sealed, me)).toEqual(reply);
      if (reply.length >= 8) expect(sealed.includes(reply)).toBe(false);
      expect(seal(reply, me)).not.toEqual(sealed);
    }),
  );
});

it('does not open for another credential, key or request', () => {
  fc.assert(
    fc.property(
      bytes,
      whom,
      whom,
      fc.constantFrom(...(['credential', 'idempotencyKey', 'fingerprint'] as const)),
      (reply, me, other, what) => {
        fc.pre(me[what] !== other[what]);
        expect(unseal(seal(reply, me), { ...me, [what]: other[what] })).toBeUndefined();
      },
    ),
  );
});

it('does not open when a bit of it was changed, or a part is missing', () => {
  fc.assert(
    fc.property(bytes, whom, fc.nat(), fc.nat(7), (reply, me, at, bit) => {
      const sealed = seal(reply, me);
      const changed = Buffer.from(sealed);
      changed[at % changed.length]! ^= 1 << bit;
      expect(unseal(changed, me)).toBeUndefined();
      expect(unseal(sealed.subarray(0, at % sealed.length), me)).toBeUndefined();
    }),
  );
});
