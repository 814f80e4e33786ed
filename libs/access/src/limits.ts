import { AppError } from '@btcforecast/platform';
import type { Principal } from './principal.js';

/** Limits of whoever asks; null: none. */
export type Limited = Pick<Principal, 'instruments' | 'horizons'>;

/** Instruments and horizons that something is about. */
export interface Named {
  readonly instruments: readonly string[];
  readonly horizons: readonly string[];
}

/** Whether there is anything that they may not ask about. */
export function isLimited({ instruments, horizons }: Limited): boolean {
  return instruments !== null || horizons !== null;
}

/** Whether they may ask about all of it. What is about no instrument, or no horizon, is within every limit of those. */
export function isWithinLimits(limits: Limited, named: Named): boolean {
  return excessOf(limits, named) === undefined;
}

/** @throws AppError caller access.forbidden when they may not ask about all of it */
export function assertWithinLimits(limits: Limited, named: Named): void {
  const excess = excessOf(limits, named);
  if (excess === undefined) return;
  const { what, beyond, allowed } = excess;
  throw new AppError(
    'caller',
    'access.forbidden',
    `these credentials are limited to the ${what} ${allowed.join(', ')}, and ${beyond} is none of them; ask within ` +
      'that, or ask whoever issued them for more',
  );
}

function excessOf({ instruments, horizons }: Limited, named: Named) {
  return (
    excessIn('instruments', instruments, named.instruments) ?? excessIn('horizons', horizons, named.horizons)
  );
}

function excessIn(what: string, allowed: readonly string[] | null, named: readonly string[]) {
  if (allowed === null) return undefined;
  const beyond = named.find((each) => !allowed.includes(each));
  return beyond === undefined ? undefined : { what, beyond, allowed };
}
