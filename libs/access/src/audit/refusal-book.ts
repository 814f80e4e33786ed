import type { AuditBody } from '@btcforecast/contracts';
import { type AuditFacts, begun, endedText, type AuditEnd } from './audit-facts.js';

/** Rows of one batch and of one hour at most: what is beyond shares a row, so that a flood cannot fill the disk. */
const ROWS_PER_BATCH = 50;
const ROWS_PER_HOUR = 3_600;
const HOUR_MS = 3_600_000;
const OVERFLOW_MS = 60_000;

interface Refusals {
  readonly body: AuditBody;
  readonly end: AuditEnd;
  count: number;
}

/**
 * Refused requests that wait to be entered: those of one source to one route for one reason are one row with their
 * number. What exceeds the limits is counted in a row without a source, once a minute.
 */
export class RefusalBook {
  #waiting = new Map<string, Refusals>();
  #overflow: Refusals | undefined;
  #overflowTakenAt = 0;
  #hour = 0;
  #rowsThisHour = 0;

  add(facts: AuditFacts, end: AuditEnd, nowMs: number): void {
    const { actor, action, address } = facts;
    const who = typeof actor === 'object' && 'id' in actor ? `${actor.kind} ${actor.id}` : address;
    const key = `${who}\n${action}\n${end.status}\n${end.code}`;
    const known = this.#waiting.get(key);
    if (known) known.count += 1;
    else if (this.#hasRoom(nowMs)) this.#waiting.set(key, { body: begun(facts, nowMs), end, count: 1 });
    else this.#addToOverflow(end, nowMs);
  }

  /** The texts of what waits, which then waits no more. */
  take(nowMs: number): string[] {
    const rows = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#rowsThisHour += rows.length;
    if (this.#overflow && nowMs - this.#overflowTakenAt >= OVERFLOW_MS) {
      rows.push(this.#overflow);
      this.#overflow = undefined;
      this.#overflowTakenAt = nowMs;
    }
    return rows.map(({ body, end, count }) => endedText({ ...body, count }, end));
  }

  #hasRoom(nowMs: number): boolean {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#rowsThisHour = 0;
    }
    const { size } = this.#waiting;
    return size < ROWS_PER_BATCH && this.#rowsThisHour + size < ROWS_PER_HOUR;
  }

  #addToOverflow(end: AuditEnd, nowMs: number): void {
    const facts: AuditFacts = { actor: 'anonymous', action: 'refused access of many kinds' };
    this.#overflow ??= { body: begun(facts, nowMs), end: { status: end.status }, count: 0 };
    this.#overflow.count += 1;
  }
}
