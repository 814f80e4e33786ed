import { AuditBody, type AuditExportEnd, type AuditExportEntry } from '@btcforecast/contracts';
import { BrokenRecordError } from '@btcforecast/track-record';
import { bodyDigest, bodyText, linkHash, NO_LINK } from './audit-entry.js';

export interface AuditSummary {
  /** Places of the first and the last entry; 0 when there are none. */
  readonly first: number;
  readonly last: number;
  /** Entries with a body, and links of others. */
  readonly own: number;
  readonly others: number;
  /** Hash of the last entry: who keeps it sees later whether the chain up to there is still the same. */
  readonly head: string;
  /** How often which outcome, by the counts of the entries. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Hash of the entry at a place, kept from an earlier export. */
export interface KnownHead {
  readonly seq: number;
  readonly hash: string;
}

/**
 * Checks an export of the audit log while it is read: numbering, links, digests, the form of each body, and that
 * nothing is missing at its end. An entry that was changed, left out or put in does not fit.
 */
export class AuditVerifier {
  #first = 0;
  #last: { readonly seq: number; readonly hash: string } | null = null;
  #own = 0;
  #others = 0;
  #end: AuditExportEnd | null = null;
  #compared = false;
  readonly #outcomes: Record<string, number> = {};

  /**
   * @param after place after which the export begins; 0 for a whole one
   * @param known what an earlier export ended with: the chain must hold it still
   */
  constructor(
    private readonly after = 0,
    private readonly known: KnownHead | null = null,
  ) {}

  /** Takes the next entry. @throws BrokenRecordError at the first that does not fit */
  addEntry(entry: AuditExportEntry): void {
    const { seq, hash } = entry;
    if (this.#end) throw broken(seq, 'it comes after the end');
    this.#checkLink(entry);
    if (this.#last === null) this.#compare(seq - 1, entry.previous);
    if (entry.body === undefined) this.#others += 1;
    else this.#addBody(seq, entry.digest, entry.body);
    this.#compare(seq, hash);
    if (this.#first === 0) this.#first = seq;
    this.#last = { seq, hash };
  }

  /** Takes the last line. @throws BrokenRecordError when it does not close what came before */
  addEnd(end: AuditExportEnd): void {
    const { seq, hash } = end;
    const last = this.#last ?? { seq: this.after, hash };
    if (this.#end) throw new BrokenRecordError('the export has two ends');
    if (seq !== last.seq || hash !== last.hash) {
      throw new BrokenRecordError(`the export ends at entry ${seq}, but its last entry is ${last.seq}`);
    }
    if (this.after === 0 && seq === 0 && hash !== NO_LINK) throw new BrokenRecordError('its end is false');
    if (this.#last === null) this.#compare(seq, hash);
    this.#end = end;
  }

  /** What was found, once everything has been taken. @throws BrokenRecordError when something is missing */
  summary(): AuditSummary {
    if (!this.#end) throw new BrokenRecordError('the export has no end: it is not whole');
    if (this.known && !this.#compared) {
      throw new BrokenRecordError(
        `entry ${this.known.seq}, which was exported earlier, is not in this export`,
      );
    }
    const counts = { own: this.#own, others: this.#others, outcomes: this.#outcomes };
    return { first: this.#first, last: this.#end.seq, head: this.#end.hash, ...counts };
  }

  #compare(seq: number, hash: string): void {
    if (this.known?.seq !== seq) return;
    this.#compared = true;
    if (this.known.hash === hash) return;
    throw broken(seq, 'it is not the one that was exported earlier: what is up to it was rewritten');
  }

  #checkLink({ seq, digest, previous, hash }: AuditExportEntry): void {
    const expected = (this.#last?.seq ?? this.after) + 1;
    if (seq !== expected) throw new BrokenRecordError(`entry ${expected} is missing: ${seq} follows`);
    const before = this.#last?.hash ?? (this.after === 0 ? NO_LINK : previous);
    if (previous !== before) throw broken(seq, 'it is not linked to the one before');
    if (linkHash({ seq, digest, previous }) !== hash) throw broken(seq, 'its fields do not give its hash');
  }

  #addBody(seq: number, digest: string, text: string): void {
    if (bodyDigest(text) !== digest) throw broken(seq, 'its body does not give its digest');
    const { outcome, count } = bodyOf(seq, text);
    this.#own += 1;
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + count;
  }
}

/** The body, which must be the one text that there is of it. */
function bodyOf(seq: number, text: string): AuditBody {
  try {
    const body = AuditBody.strict().parse(JSON.parse(text));
    if (bodyText(body) === text) return body;
  } catch (error) {
    throw new BrokenRecordError(`entry ${seq}: its body is not of the form of an entry`, { cause: error });
  }
  throw broken(seq, 'its body is not canonical JSON');
}

function broken(seq: number, why: string): BrokenRecordError {
  return new BrokenRecordError(`entry ${seq}: ${why}`);
}
