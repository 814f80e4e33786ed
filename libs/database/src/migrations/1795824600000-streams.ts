import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The record of what streams have told: one sequence without holes for each feed, so that every gateway gives an event
 * the same number and a client can resume at any of them. It is a buffer, not an archive: old rows are deleted.
 */
export class Streams1795824600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION enter_stream_events');
    for (const table of ['stream_tickets', 'stream_events', 'stream_markets', 'stream_heads'])
      await runner.query(`DROP TABLE ${table}`);
  }
}

const up = [
  `CREATE TABLE stream_heads (
     feed text PRIMARY KEY,
     seq bigint NOT NULL DEFAULT 0 CHECK (seq >= 0)
   )`,
  `COMMENT ON TABLE stream_heads IS 'Number of the newest event of a feed. Whoever enters events holds the lock of its row'`,
  `CREATE TABLE stream_markets (
     feed text NOT NULL,
     instrument text NOT NULL REFERENCES instruments,
     since timestamptz NOT NULL DEFAULT clock_timestamp(),
     PRIMARY KEY (feed, instrument)
   )`,
  `COMMENT ON TABLE stream_markets IS 'When streams first saw a market: what was recorded before is history and no news'`,
  `CREATE TABLE stream_events (
     feed text NOT NULL REFERENCES stream_heads,
     seq bigint NOT NULL CHECK (seq > 0),
     key text NOT NULL,
     type text NOT NULL CHECK (type IN ('price', 'forecast', 'outcome', 'gap')),
     instrument text NOT NULL REFERENCES instruments,
     horizon text,
     "interval" text,
     data text NOT NULL,
     entered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     PRIMARY KEY (feed, seq),
     UNIQUE (feed, key)
   )`,
  `COMMENT ON COLUMN stream_events.key IS 'What happened: entered once, whoever notices it and however often'`,
  `COMMENT ON COLUMN stream_events.data IS 'JSON as it is sent'`,
  // Whoever enters holds the lock of the head first and looks then, in a statement of its own, which sees what others
  // have entered meanwhile. So numbers have no holes and follow the order of commit: who has read up to one has missed
  // nothing before it.
  `CREATE FUNCTION enter_stream_events(of_feed text, keys text[], types text[], instruments text[], horizons text[],
     intervals text[], bodies text[]) RETURNS integer
   LANGUAGE plpgsql AS $$
   DECLARE
     head bigint;
     entered integer;
   BEGIN
     INSERT INTO stream_heads (feed) VALUES (of_feed) ON CONFLICT DO NOTHING;
     SELECT seq INTO head FROM stream_heads WHERE feed = of_feed FOR UPDATE;
     INSERT INTO stream_events (feed, seq, key, type, instrument, horizon, "interval", data)
       SELECT of_feed, head + row_number() OVER (ORDER BY place), new.key, new.type, new.instrument, new.horizon,
         new."interval", new.data
       FROM unnest(keys, types, instruments, horizons, intervals, bodies)
         WITH ORDINALITY AS new (key, type, instrument, horizon, "interval", data, place)
       WHERE NOT EXISTS (SELECT FROM stream_events AS told WHERE told.feed = of_feed AND told.key = new.key);
     GET DIAGNOSTICS entered = ROW_COUNT;
     IF entered > 0 THEN
       UPDATE stream_heads SET seq = head + entered WHERE feed = of_feed;
     END IF;
     RETURN entered;
   END $$`,
  `CREATE TABLE stream_tickets (
     hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
     principal jsonb NOT NULL,
     expires_at timestamptz NOT NULL
   )`,
];
