import type { AuditBody } from '@btcforecast/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { type AuditEntry, type AuditLink, bodyDigest, bodyText, nextEntries } from './audit-entry.js';

/** Any fixed number: whoever holds it is the one who adds to the chain. */
const CHAIN_LOCK = 5_140_932;
/** Longer than any request of the API may take: what is open for longer has lost its process. */
const ABANDONED_AFTER = '10 minutes';
const ABANDONED_AT_ONCE = 500;

/** An action that has begun, as it was written before anything was done. */
export interface OpenedAction {
  readonly id: string;
  readonly body: string;
}

/** Writes the chain and the list of actions that have begun. */
export class AuditRepository {
  constructor(private readonly dataSource: DataSource) {}

  async open({ id, body }: OpenedAction): Promise<void> {
    await this.dataSource.query('INSERT INTO audit_open (id, body) VALUES ($1, $2)', [id, body]);
  }

  /**
   * Adds to the chain, all or nothing, and closes what was open under these ids. What is in the chain already is
   * left out, so a batch may be written again when nobody knows whether it was.
   */
  async append(bodies: readonly string[]): Promise<void> {
    await this.dataSource.transaction((manager) => appendTo(manager, bodies));
  }

  /** Enters actions whose process died over them: that they began is known, what became of them is not. */
  async enterAbandoned(): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const rows = await manager.query<OpenedAction[]>(
        `SELECT id, body FROM audit_open WHERE opened_at < now() - $1::interval
         ORDER BY opened_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [ABANDONED_AFTER, ABANDONED_AT_ONCE],
      );
      const bodies = rows.map(({ body }) => body);
      if (bodies.length > 0) await appendTo(manager, bodies);
      return bodies.length;
    });
  }
}

async function appendTo(manager: EntityManager, bodies: readonly string[]): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
  const fresh = await withoutKnown(manager, bodies);
  if (fresh.length > 0) await insert(manager, nextEntries(await findHead(manager), fresh));
  await manager.query('DELETE FROM audit_open WHERE id = ANY ($1)', [bodies.map(idOf)]);
}

/**
 * What is not in the chain yet. An action that was entered as abandoned and ended after all is entered once more,
 * under another id, with what became of it.
 */
async function withoutKnown(manager: EntityManager, bodies: readonly string[]): Promise<string[]> {
  const ends = bodies.map(endOf);
  const rows = await manager.query<{ id: string; digest: string }[]>(
    'SELECT id, digest FROM audit_log WHERE id = ANY ($1)',
    [[...bodies, ...ends].map(idOf)],
  );
  const known = new Map(rows.map(({ id, digest }) => [id, digest]));
  return bodies.flatMap((body, i) => {
    const digest = known.get(idOf(body));
    if (digest === undefined) return [body];
    const end = ends[i]!; // as many as bodies
    return digest === bodyDigest(body) || known.has(idOf(end)) ? [] : [end];
  });
}

function endOf(text: string): string {
  const body = JSON.parse(text) as AuditBody;
  return bodyText({ ...body, id: `${body.id}:end` });
}

function idOf(body: string): string {
  return (JSON.parse(body) as AuditBody).id;
}

async function findHead(manager: EntityManager): Promise<Pick<AuditLink, 'seq' | 'hash'> | null> {
  const [row] = await manager.query<{ seq: string; hash: string }[]>(
    'SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1',
  );
  return row ? { seq: Number(row.seq), hash: row.hash } : null;
}

async function insert(manager: EntityManager, entries: readonly AuditEntry[]): Promise<void> {
  await manager.query(
    `INSERT INTO audit_log (seq, body, digest, previous, hash)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])`,
    [
      entries.map(({ seq }) => seq),
      entries.map(({ body }) => body),
      entries.map(({ digest }) => digest),
      entries.map(({ previous }) => previous),
      entries.map(({ hash }) => hash),
    ],
  );
}
