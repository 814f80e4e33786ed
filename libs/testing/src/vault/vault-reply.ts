/** What the stand-in says when it does not do what it was asked. */
export class VaultRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const denied = (): VaultRefusal =>
  new VaultRefusal(403, '1 error occurred:\n\t* permission denied\n\n');
export const missing = (): VaultRefusal => new VaultRefusal(404, '');

/** The parts of an answer; what is left out is null or empty, as Vault has it. */
export interface VaultReply {
  readonly lease_id?: string;
  readonly lease_duration?: number;
  readonly renewable?: boolean;
  readonly data?: unknown;
  readonly auth?: unknown;
  readonly warnings?: readonly string[];
}

export type Body = Readonly<Record<string, unknown>>;

/** Seconds of `90`, `"90"`, `"90s"`, `"5m"`, `"1h"`. */
export function secondsOf(value: unknown): number {
  const [, digits = '0', unit = 's'] = /^([\d.]+)([smh]?)$/.exec(String(value ?? 0)) ?? [];
  return Number(digits) * ({ s: 1, m: 60, h: 3_600 }[unit || 's'] ?? 1);
}

export function stringsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === undefined || value === '' ? [] : String(value).split(',');
}
