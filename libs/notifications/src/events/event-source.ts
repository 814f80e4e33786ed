import type { WebhookEventType } from '@btcforecast/contracts';
import type { EntityManager } from 'typeorm';
import type { NewEvent } from './new-event.js';

/** A place in a source: rows are read in the order of their time, and of their key within it. */
export interface Place {
  /** As the database writes it, to the microsecond. */
  readonly at: string;
  readonly key: string;
}

/** How far the rows of a source have been told. */
export interface Cursor {
  readonly beginsAt: string;
  readonly position: Place;
  /** What came before has been read again after its transactions must have ended. */
  readonly settledAt: string;
}

export interface SourceRow {
  readonly place: Place;
  readonly type: WebhookEventType;
  /** Key of the event. */
  readonly key: string;
  readonly event: () => NewEvent;
}

/** Rows of the database from which events are made. */
export interface EventSource {
  readonly name: string;
  /** Before every key. */
  readonly firstKey: string;
  /** Where to begin when nothing has been told yet; null: that is not known yet. */
  begin(manager: EntityManager): Promise<string | null>;
  /** From where rows are read once more, for those that were committed late. */
  rereadFrom(cursor: Cursor): string;
  read(manager: EntityManager, after: Place, limit: number): Promise<SourceRow[]>;
}

/** A timestamp as text that loses nothing. */
export const exactly = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Time of the database, which also stamps the rows. */
export async function databaseTime(manager: EntityManager): Promise<string> {
  const [row] = await manager.query<{ now: string }[]>(`SELECT ${exactly('clock_timestamp()')} AS now`);
  return row!.now; // a SELECT without FROM always gives one row
}

/** What happened before anybody listened is never told; what happened since is, even when this is the first look. */
async function firstListened(manager: EntityManager): Promise<string> {
  const [row] = await manager.query<{ at: string }[]>(
    `SELECT ${exactly('least(clock_timestamp(), min(listens_since))')} AS at FROM webhook_endpoints`,
  );
  return row!.at; // an aggregate always gives one row
}

export interface RecordedSource<R> {
  readonly feed: string;
  /** What to read: columns, and everything from FROM on up to and with WHERE; $4 is the feed. */
  readonly columns: string;
  readonly from: string;
  /** Column by whose time rows arrive; wall time. */
  readonly at: string;
  readonly key: string;
  readonly keyType: 'text' | 'bigint' | 'uuid';
  readonly type: WebhookEventType;
  /** Key of the event. */
  readonly eventKey: (row: R) => string;
  readonly event: (row: R) => Omit<NewEvent, 'type' | 'key' | 'arrivedAt'>;
}

const FIRST_KEYS = { text: '', bigint: '0', uuid: '00000000-0000-0000-0000-000000000000' } as const;

/** A source whose rows carry the time at which they were written. */
export function recordedSource<R extends object>(source: RecordedSource<R>): EventSource {
  const { at, key, keyType } = source;
  const text = `SELECT ${source.columns}, ${exactly(at)} AS "placeAt", ${key}::text AS "placeKey" ${source.from}
    AND (${at}, ${key}) > ($1::timestamptz, $2::${keyType}) ORDER BY ${at}, ${key} LIMIT $3`;
  return {
    name: `${source.type}/${source.feed}`,
    firstKey: FIRST_KEYS[keyType],
    begin: firstListened,
    rereadFrom: ({ settledAt }) => settledAt,
    read: async (manager, after, limit) => {
      type Row = R & { placeAt: string; placeKey: string };
      const rows = await manager.query<Row[]>(text, [after.at, after.key, limit, source.feed]);
      return rows.map(({ placeAt, placeKey, ...row }) => {
        const { type } = source;
        const own = row as unknown as R;
        const eventKey = source.eventKey(own);
        const event = () => ({ ...source.event(own), type, key: eventKey, arrivedAt: placeAt });
        return { place: { at: placeAt, key: placeKey }, type, key: eventKey, event };
      });
    },
  };
}
