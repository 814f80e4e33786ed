import type { Clock, Logger } from '@btcforecast/platform';
import type { DataSource, EntityManager } from 'typeorm';
import { beginCursor, listCursors, moveCursor, settleCursors } from './cursor.repository.js';
import { type EventRow, eventRow, recordEvents } from './event-recorder.js';
import { type Cursor, databaseTime, type EventSource, type Place, type SourceRow } from './event-source.js';
import { eventId } from './new-event.js';

/** Any fixed number: whoever holds it is the one who tells. */
const COLLECT_LOCK = 7_286_112;
const PAGE = 200;
/** Rows are read once more this long after they were written: no transaction is open for longer, see createDataSource. */
const SETTLED_AFTER_MS = 120_000;
const REREAD_EVERY_MS = 60_000;

export interface CollectResult {
  /** Deliveries that were queued. */
  readonly queued: number;
  /** There was more than one looks at in one go. */
  readonly more: boolean;
}

export interface EventCollectorOptions {
  readonly dataSource: DataSource;
  /** Asked at each look, since what is asked for decides. */
  readonly sources: (manager: EntityManager) => Promise<readonly EventSource[]>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Makes events of rows that are new in the database, and queues them for the endpoints that ask for them.
 *
 * How far it has come is a row for each source, moved in the transaction that queues, so that a restart anywhere loses
 * nothing and doubles nothing. A row becomes visible only when its transaction ends, perhaps after one with a later time
 * was told: so all rows are read once more some minutes later, and an event that is there already stays as it is.
 */
export class EventCollector {
  readonly #options: EventCollectorOptions;
  #rereadAt = -Infinity;

  constructor(options: EventCollectorOptions) {
    this.#options = options;
  }

  /** One look at everything; at nothing while another process looks. */
  async collect(): Promise<CollectResult> {
    const { dataSource, clock } = this.#options;
    const reread = clock.now() - this.#rereadAt >= REREAD_EVERY_MS;
    const result = await dataSource.transaction(async (manager) => {
      const [lock] = await manager.query<{ held: boolean }[]>(
        'SELECT pg_try_advisory_xact_lock($1) AS held',
        [COLLECT_LOCK],
      );
      return lock?.held ? this.#look(manager, reread) : undefined;
    });
    if (reread && result) this.#rereadAt = clock.now();
    return result ?? { queued: 0, more: false };
  }

  async #look(manager: EntityManager, reread: boolean): Promise<CollectResult> {
    const began = await databaseTime(manager);
    const sources = await this.#options.sources(manager);
    const cursors = await listCursors(manager);
    const isHeard = await hasEndpoints(manager);
    let queued = 0;
    let more = false;
    for (const source of sources) {
      const cursor = cursors.get(source.name);
      if (!cursor) await this.#begin(manager, source);
      else if (isHeard) {
        if (reread) queued += await this.#reread(manager, source, cursor);
        const read = await this.#read(manager, source, cursor);
        queued += read.queued;
        more ||= read.more;
      }
    }
    if (reread) await settleCursors(manager, before(began, SETTLED_AFTER_MS));
    return { queued, more };
  }

  async #begin(manager: EntityManager, source: EventSource): Promise<void> {
    const at = await source.begin(manager);
    if (at !== null) await beginCursor(manager, source.name, { at, key: source.firstKey });
  }

  async #read(manager: EntityManager, source: EventSource, { position }: Cursor): Promise<CollectResult> {
    const rows = await source.read(manager, position, PAGE);
    const last = rows.at(-1);
    if (!last) return { queued: 0, more: false };
    const queued = await this.#record(manager, rows);
    await moveCursor(manager, source.name, last.place);
    return { queued, more: rows.length === PAGE };
  }

  /** What lies behind the cursor; usually all of it is there. */
  async #reread(manager: EntityManager, source: EventSource, cursor: Cursor): Promise<number> {
    let place: Place = { at: source.rereadFrom(cursor), key: source.firstKey };
    let queued = 0;
    while (place.at <= cursor.position.at) {
      const rows = await source.read(manager, place, PAGE);
      queued += await this.#record(manager, rows);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) break;
      place = last.place;
    }
    return queued;
  }

  async #record(manager: EntityManager, rows: readonly SourceRow[]): Promise<number> {
    const fresh = await this.#unknown(manager, rows);
    const events = fresh.flatMap((row) => this.#eventOf(row));
    return (await recordEvents(manager, events, this.#options.clock.now())).length;
  }

  /** Rows that somebody may want to hear of and that have not been told. Asked after the rows were read: see RECORD. */
  async #unknown(manager: EntityManager, rows: readonly SourceRow[]): Promise<SourceRow[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(eventId);
    const [answer] = await manager.query<{ types: string[]; known: string[] }[]>(
      `SELECT ARRAY(SELECT DISTINCT unnest(event_types) FROM webhook_endpoints) AS types,
         ARRAY(SELECT id FROM webhook_events WHERE id = ANY ($1)) AS known`,
      [ids],
    );
    const types = new Set(answer?.types);
    const known = new Set(answer?.known);
    return rows.filter((row, i) => types.has(row.type) && !known.has(ids[i]!));
  }

  /** A row that cannot be told must not keep all others from being told. */
  #eventOf(row: SourceRow): EventRow[] {
    try {
      return [eventRow(row.event())];
    } catch (error) {
      this.#options.logger.error({ type: row.type, key: row.key, err: error }, 'an event could not be made');
      return [];
    }
  }
}

/** Without endpoints there is nobody to tell; how far was told stays as it is. */
async function hasEndpoints(manager: EntityManager): Promise<boolean> {
  const [row] = await manager.query<{ found: boolean }[]>(
    'SELECT EXISTS (SELECT FROM webhook_endpoints) AS found',
  );
  return row?.found === true;
}

function before(at: string, ms: number): string {
  return new Date(Date.parse(at) - ms).toISOString();
}
