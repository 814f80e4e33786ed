import { withClient } from '../ledger.js';
import type { RegionsRig } from './regions-rig.js';

/** Where the services of a region reach the primary; the host as operators call it. */
export function databaseUrl({ base }: RegionsRig, region: string): string {
  return urlAt(base.secretText('database_url'), `haproxy-${region}`, base.secretFile('ca.pem'));
}

/** One node, past all balancers. */
export function nodeUrl({ base }: RegionsRig, host: string): string {
  return urlAt(base.secretText('database_url'), host, base.secretFile('ca.pem')).replace(':5000/', ':5432/');
}

function urlAt(url: string, host: string, ca: string): string {
  return url.replace('@haproxy:', `@${host}:`).replace('/run/secrets/ca.pem', ca);
}

/** How many of these forecasts are not stored. */
export async function unstored(url: string, ids: ReadonlySet<string>): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ found: number }>(
      'SELECT count(*)::int AS found FROM forecasts WHERE id = ANY($1::text[])',
      [[...ids]],
    );
    return ids.size - rows[0]!.found;
  });
}

/** What the record of a time holds too little or too much of: each one sentence. */
export async function faultsOfRecord(url: string, since: Date): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows: candles } = await client.query<{ missing: string }>(
      `SELECT count(*) AS missing
       FROM (SELECT instrument, venue, open_time - lag(open_time) OVER (PARTITION BY instrument, venue ORDER BY open_time) AS step
             FROM candles WHERE "interval" = '1h' AND ingested_at >= $1) steps
       WHERE step <> interval '1 hour'`,
      [since],
    );
    const { rows: forecasts } = await client.query<{ doubles: string; missing: string }>(
      `WITH canonical AS (SELECT instrument, horizon_hours, origin_at, count(*) AS n
                          FROM forecasts WHERE canonical AND recorded_at >= $1 GROUP BY 1, 2, 3),
            steps AS (SELECT n, origin_at - lag(origin_at) OVER (PARTITION BY instrument, horizon_hours ORDER BY origin_at) AS step
                      FROM canonical)
       SELECT count(*) FILTER (WHERE n > 1) AS doubles, count(*) FILTER (WHERE step > interval '1 hour') AS missing
       FROM steps`,
      [since],
    );
    return [
      ...fault(candles[0]!.missing, 'holes between the candles'),
      ...fault(forecasts[0]!.missing, 'origins without a canonical forecast'),
      ...fault(forecasts[0]!.doubles, 'origins with two canonical forecasts'),
    ];
  });
}

function fault(count: string, what: string): string[] {
  return count === '0' ? [] : [`${count} ${what}`];
}
