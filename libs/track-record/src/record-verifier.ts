import { BrokenRecordError } from './broken-record.error.js';
import { entryHash, NO_HASH, type RecordEntry } from './record-entry.js';
import { hourOf, isInstant } from './record-hour.js';
import { isSignedBy, keyIdOf, keyStatement, type RecordKey } from './record-keys.js';
import { merkleRoot } from './merkle-tree.js';
import { parseBody, type ForecastBody } from './record-bodies.js';
import { rootStatement, type RecordRoot } from './record-root.js';
import { checkedScores } from './outcome-check.js';
import { ScoreTable, type ScoreRow } from './score-table.js';

export interface RecordSummary {
  readonly entries: number;
  readonly forecasts: number;
  readonly outcomes: number;
  /** Forecasts that entered at or after their target, variants and challengers included. */
  readonly unproven: number;
  readonly roots: readonly RecordRoot[];
  /** Entries after the last root: chained, but not signed yet. */
  readonly unsigned: number;
  readonly keys: readonly RecordKey[];
  /** Hash of the last entry; null for an empty record. */
  readonly head: string | null;
  readonly scores: readonly ScoreRow[];
}

const HOUR_MS = 3_600_000;

/**
 * Checks a record while it is read from its first entry on: numbering, links, hashes, times, keys, roots, signatures,
 * and each score from the forecast's own numbers. Memory grows with the forecasts that await their outcome, the ids
 * and the roots, not with the bodies.
 */
export class RecordVerifier {
  readonly #keys: RecordKey[] = [];
  readonly #roots: RecordRoot[] = [];
  /** Entries that no root covers so far. */
  #uncovered: Pick<RecordEntry, 'seq' | 'hash' | 'enteredAt'>[] = [];
  #head: RecordEntry | null = null;
  readonly #open = new Map<string, ForecastBody>();
  readonly #settled = new Set<string>();
  readonly #table = new ScoreTable();
  #unproven = 0;

  /** Takes the next entry of the chain. @throws BrokenRecordError at the first that does not fit */
  addEntry(entry: RecordEntry): void {
    this.#checkLink(entry);
    if (entry.kind === 'key') this.#addKey(entry);
    else if (this.#keys.length === 0) throw broken(entry, 'the chain must begin with a key');
    else if (entry.kind === 'forecast') this.#addForecast(entry);
    else this.#addOutcome(entry);
    this.#uncovered.push({ seq: entry.seq, hash: entry.hash, enteredAt: entry.enteredAt });
    this.#head = entry;
  }

  /** Takes the next root, after the entries that it covers. @throws BrokenRecordError when it does not fit */
  addRoot(root: RecordRoot): void {
    const before = this.#roots.at(-1);
    const fail = (why: string) => new BrokenRecordError(`root of ${root.hour}: ${why}`);
    if (root.firstSeq !== (before?.lastSeq ?? 0) + 1) throw fail('it does not follow the root before');
    if (root.previousRoot !== (before?.root ?? NO_HASH)) throw fail('it does not name the root before');
    const length = root.lastSeq - root.firstSeq + 1;
    if (!(length >= 1 && length <= this.#uncovered.length)) {
      throw fail(`entries up to ${root.lastSeq} are missing`);
    }
    this.#checkLeaves(root, length, fail);
    this.#checkSignature(root, fail);
    this.#uncovered = this.#uncovered.slice(length);
    this.#roots.push(root);
  }

  /** What was found, once everything has been taken. */
  summary(): RecordSummary {
    return {
      entries: this.#head?.seq ?? 0,
      forecasts: this.#open.size + this.#settled.size,
      outcomes: this.#settled.size,
      unproven: this.#unproven,
      roots: this.#roots,
      unsigned: this.#uncovered.length,
      keys: this.#keys,
      head: this.#head?.hash ?? null,
      scores: this.#table.rows(),
    };
  }

  #checkLink(entry: RecordEntry): void {
    const { seq, hash, enteredAt } = this.#head ?? { seq: 0, hash: NO_HASH, enteredAt: '' };
    if (entry.seq !== seq + 1) {
      throw new BrokenRecordError(`entry ${seq + 1} is missing: ${entry.seq} follows`);
    }
    if (entry.previous !== hash) throw broken(entry, 'it is not linked to the one before');
    if (entryHash(entry) !== entry.hash) throw broken(entry, 'its contents do not give its hash');
    if (!isInstant(entry.enteredAt)) throw broken(entry, 'its time of entry is no instant');
    if (entry.enteredAt < enteredAt) throw broken(entry, 'it entered before the one before');
    const signed = this.#roots.at(-1)?.hour ?? '';
    if (hourOf(entry.enteredAt) <= signed) throw broken(entry, 'its hour had been signed already');
  }

  #addKey(entry: RecordEntry): void {
    const body = parseBody('key', entry);
    const current = this.#keys.at(-1);
    if (body.previousKeyId !== (current?.keyId ?? null))
      throw broken(entry, 'it does not name the key before');
    if (body.keyId !== entry.subject || keyIdOf(body.publicKey) !== body.keyId) {
      throw broken(entry, 'the id of the key is not that of the key');
    }
    if (this.#keys.some(({ keyId }) => keyId === body.keyId))
      throw broken(entry, 'the key was in use before');
    const by = current?.publicKey ?? body.publicKey;
    if (!isSignedBy(by, keyStatement(body, entry.seq), body.signature)) {
      throw broken(entry, `the key ${body.keyId} is not signed by the key before`);
    }
    this.#keys.push({ keyId: body.keyId, publicKey: body.publicKey, since: entry.seq });
  }

  #addForecast(entry: RecordEntry): void {
    const { subject } = entry;
    if (this.#open.has(subject) || this.#settled.has(subject))
      throw broken(entry, `forecast ${subject} comes twice`);
    const body = parseBody('forecast', entry);
    if (Date.parse(body.target) !== Date.parse(body.origin) + body.horizonHours * HOUR_MS) {
      throw broken(entry, 'its target is not its origin and its horizon');
    }
    // In a live market event time is wall time, so nobody needs to believe the mark.
    const isLate = entry.enteredAt >= body.target;
    if (body.source === 'live' && isLate !== Boolean(body.unproven)) {
      throw broken(entry, 'it is marked as proven or unproven against its own times');
    }
    if (body.unproven) this.#unproven += 1;
    this.#open.set(subject, body);
    this.#table.addForecast(body);
  }

  #addOutcome(entry: RecordEntry): void {
    const { subject, seq } = entry;
    if (this.#settled.has(subject)) throw broken(entry, `the outcome of ${subject} comes twice`);
    const forecast = this.#open.get(subject);
    if (!forecast)
      throw broken(entry, `it is the outcome of ${subject}, a forecast that is not in the record`);
    const outcome = parseBody('outcome', entry);
    if (outcome.state === 'matured') this.#table.addOutcome(forecast, checkedScores(seq, forecast, outcome));
    this.#open.delete(subject);
    this.#settled.add(subject);
  }

  /** A root covers its hour, all of it and nothing else. */
  #checkLeaves(root: RecordRoot, length: number, fail: (why: string) => BrokenRecordError): void {
    const covered = this.#uncovered.slice(0, length);
    const outside = covered.find(({ enteredAt }) => hourOf(enteredAt) !== root.hour);
    if (outside) throw fail(`entry ${outside.seq} is of another hour`);
    const left = this.#uncovered[length];
    if (left && hourOf(left.enteredAt) === root.hour) throw fail(`it leaves out entry ${left.seq}`);
    const hashes = covered.map(({ hash }) => hash);
    if (merkleRoot(hashes) !== root.root) throw fail('it is not that of its entries');
  }

  #checkSignature(root: RecordRoot, fail: (why: string) => BrokenRecordError): void {
    if (!isInstant(root.signedAt) || Date.parse(root.signedAt) < Date.parse(root.hour) + HOUR_MS) {
      throw fail('it was signed before its hour had ended');
    }
    const key = this.#keys.findLast(({ since }) => since <= root.lastSeq);
    if (key?.keyId !== root.keyId)
      throw fail(`it is signed by ${root.keyId}, which was not the key in force`);
    if (!isSignedBy(key.publicKey, rootStatement(root), root.signature)) throw fail('its signature is wrong');
  }
}

function broken({ seq }: RecordEntry, why: string): BrokenRecordError {
  return new BrokenRecordError(`entry ${seq}: ${why}`);
}
