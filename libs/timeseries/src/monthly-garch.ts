import { fitGarch, type GarchParameters } from './garch-fit.js';

/** Fits kept in memory: one or two per followed market and month are needed at a time. */
const REMEMBERED_FITS = 8;

interface RememberedFit {
  readonly returns: Float64Array;
  readonly parameters: GarchParameters;
}
const remembered: RememberedFit[] = [];

/**
 * The fit to these returns, remembered by the returns themselves, compared one by one: remembering changes no bit.
 */
export function rememberedFit(returns: Float64Array): GarchParameters {
  const known = remembered.findIndex((fit) => areEqual(fit.returns, returns));
  const fit =
    known >= 0
      ? remembered.splice(known, 1)[0]!
      : { returns: returns.slice(), parameters: fitGarch(returns) };
  remembered.unshift(fit);
  remembered.length = Math.min(remembered.length, REMEMBERED_FITS);
  return fit.parameters;
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The first of the month of an instant, 00:00 UTC, ms: GARCH is fitted anew then. */
export function startOfMonth(instant: number): number {
  const date = new Date(instant);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}
