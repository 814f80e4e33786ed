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

/** Two statements under the lock, for gateways on other continents wait for it. */
async function appendTo(manager: EntityManager, bodies: readonly string[]): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
  const { head, known } = await findHead(manager, [...bodies, ...bodies.map(endOf)].map(idOf));
  const fresh = withoutKnown(bodies, new Map(known.map(({ id, digest }) => [id, digest])));
  await insert(manager, nextEntries(head, fresh), bodies.map(idOf));
}

/**
 * What is not in the chain yet. An action that was entered as abandoned and ended after all is entered once more,
 * under another id, with what became of it.
 *
 * @param known digests of what is in the chain, by id
 */
function withoutKnown(bodies: readonly string[], known: ReadonlyMap<string, string>): string[] {
  return bodies.flatMap((body) => {
    const digest = known.get(idOf(body));
    if (digest === undefined) return [body];
    const end = endOf(body);
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

interface Head {
  /** The last link; null: the chain is empty. */
  readonly head: Pick<AuditLink, 'seq' | 'hash'> | null;
  /** Those of the asked ids that are in the chain. */
  readonly known: readonly { readonly id: string; readonly digest: string }[];
}

async function findHead(manager: EntityManager, ids: readonly string[]): Promise<Head> {
  const [row] = await manager.query<[Head]>(
    `SELECT (SELECT json_build_object('seq', seq, 'hash', hash) FROM audit_log ORDER BY seq DESC LIMIT 1) AS head,
            (SELECT coalesce(json_agg(json_build_object('id', id, 'digest', digest)), '[]')
             FROM audit_log WHERE id = ANY ($1)) AS known`,
    [ids],
  );
  return row;
}

/** @param closed ids of actions that are open no longer */
async function insert(
  manager: EntityManager,
  entries: readonly AuditEntry[],
  closed: readonly string[],
): Promise<void> {
  await manager.query(
    `WITH closed AS (DELETE FROM audit_open WHERE id = ANY ($6))
     INSERT INTO audit_log (seq, body, digest, previous, hash)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])`,
    [
      entries.map(({ seq }) => seq),
      entries.map(({ body }) => body),
      entries.map(({ digest }) => digest),
      entries.map(({ previous }) => previous),
      entries.map(({ hash }) => hash),
      closed,
    ],
  );
}
