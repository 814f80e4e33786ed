import { hash } from 'node:crypto';

export const BURST_WINDOW_MS = 60_000;
export const DAY_MS = 86_400_000;

/** When in a minute the windows of a tenant begin, in milliseconds: the same in every process. */
export function burstPhase(tenant: string): number {
  return Number.parseInt(hash('sha256', tenant, 'hex').slice(0, 8), 16) % BURST_WINDOW_MS;
}

/** Number of the day (UTC) since the epoch. */
export function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

/** `2026-11-28` */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
