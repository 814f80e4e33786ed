import { AppError } from '@btcforecast/platform';
import { canonicalJson, keyBody, keyIdOf, nextEntry, type RecordEntry } from '@btcforecast/track-record';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { listArrivals, oldestArrival } from './arrivals.repository.js';
import { endOfHour, signNextHour } from './hour-signer.js';
import type { TrackRecordKeys } from './track-record-keys.js';
import {
  brokenAt,
  checkLink,
  findEntryAt,
  findHead,
  findLastRoot,
  insertEntries,
  listKeys,
  lockChain,
  NO_FEED,
  primaryTime,
} from './track-record.repository.js';

export interface TrackRecordProgress {
  /** Forecasts and outcomes that this call entered. */
  readonly entered: number;
  /** Hours that it signed. */
  readonly signed: number;
}

export interface TrackRecordState {
  readonly entries: number;
  /** Since the oldest forecast or outcome arrived that is not in the chain; 0 when all are. */
  readonly lagSeconds: number;
  /** Since the end of the newest signed hour; null while there is none. */
  readonly rootAgeSeconds: number | null;
}

const BATCH = 500;
const HOUR_MS = 3_600_000;
const BEGINNING = '1970-01-01T00:00:00.000Z';
/** A row is seen when its transaction ends, which is later than the time it bears; none takes nearly as long as this. */
const LONGEST_TRANSACTION_MS = HOUR_MS;
/** All rows are looked at this often, should one have been missed after all. */
const LOOK_AT_ALL_EVERY_MS = HOUR_MS;

/**
 * The one writer of the track record. Any number of processes may call it: whoever holds the chain's lock adds, the
 * others wait and then find the rest. What it remembers only saves queries.
 */
@Injectable()
export class TrackRecordService {
  #lookedAtAllMs = -Infinity;

  /** @param timeAt wall time at the primary, ms */
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: TrackRecordKeys,
    private readonly timeAt: (manager: EntityManager) => Promise<number> = primaryTime,
  ) {}

  /**
   * Enters what has arrived, in order of arrival, and signs the hours that have ended. Entries come before signatures:
   * a missing key delays the proof, never the record.
   *
   * @throws AppError bug track_record.broken when the newest entry or an hour to be signed does not fit together:
   *   nothing is added to it then; caller config.invalid when the signing key is not there
   */
  async extend(): Promise<TrackRecordProgress> {
    const { since, all, nowMs } = await this.#range();
    let entered = 0;
    for (let next: string | null = since; next !== null;) {
      const from: string = next;
      const batch = await this.#locked((manager) => this.#enterBatch(manager, from));
      entered += batch.entered;
      next = batch.next;
    }
    if (all) this.#lookedAtAllMs = nowMs;
    let signed = 0;
    while (await this.#locked((manager) => this.#signNext(manager))) signed += 1;
    return { entered, signed };
  }

  /**
   * Puts a new key in force, signed by the present one, which signs nothing more. The hours that have ended are signed by the
   * present key before, the hour in hand will be by the new one.
   *
   * @throws AppError caller track_record.not_entered while the record is empty; as {@link extend}
   */
  async rotateKey(): Promise<{ keyId: string; previousKeyId: string; seq: number }> {
    const next = await this.keys.prepareNext();
    const keyId = keyIdOf(next.publicKey);
    const rotated = await this.#locked(async (manager) => {
      const head = await this.#soundHead(manager);
      if (!head) throw new AppError('caller', 'track_record.not_entered', 'the track record is still empty');
      while (await this.#signNext(manager));
      const { keyId: previousKeyId } = (await listKeys(manager)).at(-1)!; // the chain begins with a key
      const previous = await this.keys.inForce(previousKeyId);
      const seq = head.seq + 1;
      const body = canonicalJson({ ...(await keyBody(next, previous, seq)) });
      const enteredAt = await this.#entryTime(manager, head);
      const entry = nextEntry(head, { kind: 'key', subject: keyId, enteredAt, body });
      await insertEntries(manager, [{ feed: NO_FEED, entry }]);
      return { keyId, previousKeyId, seq };
    });
    await this.keys.adoptNext();
    return rotated;
  }

  async state(): Promise<TrackRecordState> {
    const { manager } = this.dataSource;
    const [head, root, nowMs] = [
      await findHead(manager),
      await findLastRoot(manager),
      await this.timeAt(manager),
    ];
    const oldest = await oldestArrival(manager, head ? recentSince(head) : BEGINNING);
    return {
      entries: head?.seq ?? 0,
      lagSeconds: oldest === null ? 0 : Math.max(0, nowMs - oldest) / 1_000,
      rootAgeSeconds: root && (nowMs - Date.parse(endOfHour(root.hour))) / 1_000,
    };
  }

  #locked<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await lockChain(manager);
      return work(manager);
    });
  }

  /** From when on to look for arrivals: all rows now and then, else those near the newest entry. */
  async #range(): Promise<{ since: string; all: boolean; nowMs: number }> {
    const { manager } = this.dataSource;
    const nowMs = await this.timeAt(manager);
    const head = await findHead(manager);
    const all = !head || nowMs - this.#lookedAtAllMs >= LOOK_AT_ALL_EVERY_MS;
    return { since: all ? BEGINNING : recentSince(head), all, nowMs };
  }

  async #enterBatch(
    manager: EntityManager,
    since: string,
  ): Promise<{ entered: number; next: string | null }> {
    const found = await this.#soundHead(manager);
    const enteredAt = await this.#entryTime(manager, found);
    let head = found ?? (await this.#enterFirstKey(manager, enteredAt));
    const nowMs = Date.parse(enteredAt);
    const { arrivals, next } = await listArrivals(manager, { since, limit: BATCH, nowMs });
    const rows = arrivals.map(({ kind, feed, subject, body }) => {
      head = nextEntry(head, { kind, subject, enteredAt, body });
      return { feed, entry: head };
    });
    if (rows.length > 0) await insertEntries(manager, rows);
    return { entered: rows.length, next };
  }

  async #enterFirstKey(manager: EntityManager, enteredAt: string): Promise<RecordEntry> {
    const key = await this.keys.first();
    const body = await keyBody(key, null, 1);
    const content = {
      kind: 'key',
      subject: body.keyId,
      enteredAt,
      body: canonicalJson({ ...body }),
    } as const;
    const entry = nextEntry(null, content);
    await insertEntries(manager, [{ feed: NO_FEED, entry }]);
    return entry;
  }

  /** The newest entry, when it fits to the one before it. */
  async #soundHead(manager: EntityManager): Promise<RecordEntry | null> {
    const head = await findHead(manager);
    if (!head) return null;
    const before = await findEntryAt(manager, head.seq - 1);
    if (!before && head.seq > 1) throw brokenAt(head.seq);
    checkLink(before, head);
    return head;
  }

  /** Never before the newest entry, and never in an hour that has been signed, should the clock go back. */
  async #entryTime(manager: EntityManager, head: RecordEntry | null): Promise<string> {
    const root = await findLastRoot(manager);
    const earliest = [head?.enteredAt, root && endOfHour(root.hour)].map((text) =>
      text ? Date.parse(text) : 0,
    );
    return new Date(Math.max(await this.timeAt(manager), ...earliest)).toISOString();
  }

  async #signNext(manager: EntityManager): Promise<boolean> {
    const nowMs = await this.timeAt(manager);
    const root = await signNextHour(manager, nowMs, (keyId) => this.keys.inForce(keyId));
    return root !== null;
  }
}

function recentSince(head: RecordEntry): string {
  return new Date(Date.parse(head.enteredAt) - LONGEST_TRANSACTION_MS).toISOString();
}
