import { describe, expect, it } from '@jest/globals';
import { HORIZONS, PERMISSIONS, ROLES } from '@btcforecast/contracts';
import { isAppError } from '@btcforecast/platform';
import fc from 'fast-check';
import { assertMayGrant, type Grant } from './grants.js';
import { permissionsOf, type Principal } from './principal.js';

const nullable = <T>(values: readonly T[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: null });
const grants: fc.Arbitrary<Grant> = fc.record({
  roles: fc.subarray([...ROLES], { minLength: 1 }),
  scopes: nullable(PERMISSIONS),
  instruments: nullable(['BTC-USD', 'ETH-USD', 'SOL-USD']),
  horizons: nullable(HORIZONS),
});
/** Something like a grant that whoever has it could give, so that most are given. */
const partOf = <T>(list: readonly T[] | null, all: readonly T[]) =>
  fc.subarray([...(list ?? all)], { minLength: Math.min(1, (list ?? all).length) });
const narrowed = ({ roles, scopes, instruments, horizons }: Grant): fc.Arbitrary<Grant> =>
  fc.record({
    roles: partOf(roles, []),
    scopes: fc.oneof(
      { weight: 1, arbitrary: fc.constant(scopes) },
      { weight: 4, arbitrary: partOf([...permissionsOf(roles, scopes)], []) },
    ),
    instruments: partOf(instruments, ['BTC-USD', 'ETH-USD']),
    horizons: partOf(horizons, HORIZONS),
  });
const chains = grants.chain((own) =>
  narrowed(own).chain((given) => narrowed(given).map((further) => ({ own, given, further }))),
);
const holderOf = ({ roles, scopes, ...limits }: Grant): Principal => ({
  ...{ kind: 'key', id: '0'.repeat(12), tenant: 'default', name: 'holder', ...limits },
  ...{ roles, permissions: permissionsOf(roles, scopes) },
});
function passes(by: Principal, grant: Grant): boolean {
  try {
    assertMayGrant(by, grant, 'the key');
    return true;
  } catch (error) {
    if (isAppError(error) && error.code === 'access.grant_too_wide') return false;
    throw error;
  }
}
const isWithin = (given: readonly string[] | null, own: readonly string[] | null): boolean =>
  own === null || (given !== null && given.every((each) => own.includes(each)));

describe('what somebody grants', () => {
  it('is never more than they have', () => {
    fc.assert(
      fc.property(grants, grants, (own, given) => {
        const by = holderOf(own);
        fc.pre(passes(by, given));
        for (const permission of permissionsOf(given.roles, given.scopes))
          expect(by.permissions).toContain(permission);
        expect(isWithin(given.instruments, own.instruments)).toBe(true);
        expect(isWithin(given.horizons, own.horizons)).toBe(true);
      }),
    );
  });

  it('may always be what they have themselves', () => {
    fc.assert(fc.property(grants, (own) => expect(passes(holderOf(own), own)).toBe(true)));
  });

  it('is never more than they have when it is granted on by whoever got it', () => {
    fc.assert(
      fc.property(chains, ({ own, given, further }) => {
        fc.pre(passes(holderOf(own), given) && passes(holderOf(given), further));
        expect(passes(holderOf(own), further)).toBe(true);
      }),
    );
  });

  it('is refused with the names of what is too much', () => {
    const by = holderOf({ roles: ['owner'], scopes: null, instruments: ['BTC-USD'], horizons: null });
    const given: Grant = { roles: ['admin'], scopes: ['models:write'], instruments: null, horizons: ['1h'] };
    expect(() => assertMayGrant(by, given, 'the key')).toThrow(
      'the key may do more than these credentials may (role admin; permission models:write; all instruments)',
    );
  });
});
