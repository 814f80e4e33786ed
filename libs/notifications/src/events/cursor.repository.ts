import type { EntityManager } from 'typeorm';
import { type Cursor, exactly, type Place } from './event-source.js';

interface CursorRow {
  readonly source: string;
  readonly beginsAt: string;
  readonly at: string;
  readonly key: string;
  readonly settledAt: string;
}

export async function listCursors(manager: EntityManager): Promise<Map<string, Cursor>> {
  const rows = await manager.query<CursorRow[]>(
    `SELECT source, ${exactly('begins_at')} AS "beginsAt", ${exactly('position_at')} AS at, position_key AS key,
       ${exactly('settled_at')} AS "settledAt" FROM webhook_cursors`,
  );
  return new Map(
    rows.map(({ source, beginsAt, at, key, settledAt }) => [
      source,
      { beginsAt, position: { at, key }, settledAt },
    ]),
  );
}

export async function beginCursor(manager: EntityManager, source: string, { at, key }: Place): Promise<void> {
  await manager.query(
    `INSERT INTO webhook_cursors (source, begins_at, position_at, position_key, settled_at)
     VALUES ($1, $2, $2, $3, $2) ON CONFLICT DO NOTHING`,
    [source, at, key],
  );
}

/** Never back. */
export async function moveCursor(manager: EntityManager, source: string, { at, key }: Place): Promise<void> {
  await manager.query(
    `UPDATE webhook_cursors SET position_at = $2, position_key = $3
     WHERE source = $1 AND (position_at, position_key) IS DISTINCT FROM ($2::timestamptz, $3) AND position_at <= $2`,
    [source, at, key],
  );
}

export async function settleCursors(manager: EntityManager, at: string): Promise<void> {
  await manager.query('UPDATE webhook_cursors SET settled_at = $1 WHERE settled_at < $1', [at]);
}
