import {
  AuditBody,
  type AuditEntryReply,
  type AuditExportEnd,
  type AuditExportEntry,
  type AuditQuery,
  type AuditReply,
} from '@btcforecast/contracts';
import { AppError, readCursor, writeCursor } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Principal } from '../principal.js';
import { type AuditEntry, NO_LINK } from './audit-entry.js';

const LIST = 'audit';
const Place = z.tuple([z.number().int().positive()]);
/** Entries read at once for an export. */
const EXPORT_PAGE = 1_000;

type Row = Omit<AuditEntry, 'seq'> & { readonly seq: string };
type OwnedRow = Row & { readonly tenant: string | null };

/** What clients may see of the audit log: their tenant's entries, and an admin all of them. */
export class AuditQueries {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * A page of entries, newest first.
   *
   * @throws AppError caller request.cursor_invalid
   */
  async list({ limit, cursor, ...filters }: AuditQuery, reader: Principal): Promise<AuditReply> {
    const before = cursor === undefined ? null : readCursor(LIST, Place, cursor)[0];
    const rows = await this.dataSource.query<Row[]>(
      `SELECT seq, body, hash FROM audit_log
       WHERE ($1::text IS NULL OR tenant = $1) AND ($9::text IS NULL OR tenant = $9) AND ($2::bigint IS NULL OR seq < $2)
         AND ($3::text IS NULL OR at >= $3) AND ($4::text IS NULL OR at < $4)
         AND ($5::text IS NULL OR actor = $5) AND ($6::text IS NULL OR starts_with(action, $6))
         AND ($7::text IS NULL OR outcome = $7)
       ORDER BY seq DESC LIMIT $8`,
      [
        visibleTenant(reader),
        before,
        instant(filters.from),
        instant(filters.to),
        filters.actor ?? null,
        filters.action ?? null,
        filters.outcome ?? null,
        limit + 1,
        filters.tenant ?? null,
      ],
    );
    const data = rows.slice(0, limit).map(entryReply);
    const last = rows.length > limit ? data.at(-1) : undefined;
    return { data, next: last ? writeCursor(LIST, [last.seq]) : null };
  }

  /**
   * The chain from a place on, to be checked by anybody: the reader's own entries with their bodies, of all others
   * the links alone; then its end.
   */
  async *export(after: number, reader: Principal): AsyncGenerator<AuditExportEntry | AuditExportEnd> {
    const tenant = visibleTenant(reader);
    const until = await this.#head();
    let last = { seq: after, hash: await this.#hashAt(after) };
    for (;;) {
      const rows = await this.#page(last.seq, until);
      for (const { seq, body, digest, previous, hash, tenant: owner } of rows) {
        const link = { seq: Number(seq), digest, previous, hash };
        yield tenant === null || owner === tenant ? { ...link, body } : link;
        last = { seq: link.seq, hash };
      }
      if (rows.length < EXPORT_PAGE) break;
    }
    yield { end: true, ...last };
  }

  /** What comes in meanwhile is left to the next export, so that this one ends. */
  async #head(): Promise<number> {
    const [row] = await this.dataSource.query<{ seq: string | null }[]>(
      'SELECT max(seq) AS seq FROM audit_log',
    );
    return Number(row?.seq ?? 0);
  }

  async #hashAt(seq: number): Promise<string> {
    const [row] = await this.dataSource.query<{ hash: string }[]>(
      'SELECT hash FROM audit_log WHERE seq = $1',
      [seq],
    );
    if (row || seq === 0) return row?.hash ?? NO_LINK;
    const message = `the audit log has no entry ${seq} yet; ask for the entries after an earlier one`;
    throw new AppError('caller', 'request.invalid', message);
  }

  #page(after: number, until: number): Promise<OwnedRow[]> {
    return this.dataSource.query<OwnedRow[]>(
      `SELECT seq, body, digest, previous, hash, tenant FROM audit_log
       WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`,
      [after, until, EXPORT_PAGE],
    );
  }
}

/** Whose entries may be read; null: everybody's. */
function visibleTenant({ roles, tenant }: Principal): string | null {
  return roles.includes('admin') ? null : tenant;
}

function instant(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function entryReply({ seq, body, hash }: Row): AuditEntryReply {
  return { seq: Number(seq), ...(JSON.parse(body) as AuditBody), hash };
}
