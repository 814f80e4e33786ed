import { createLiveExchange, type CcxtVenue } from '@btcforecast/market-data';
import { loadProbeEnv } from './market-data.env.js';

/**
 * The most preferred of the venues that answer in time, or null. All are asked at once; a preferred one that is slow
 * is waited for only as long as nothing is known of it.
 */
export async function probeVenues(
  venues: readonly CcxtVenue[],
  instruments: readonly string[],
  timeoutMs: number,
): Promise<CcxtVenue | null> {
  const answers = venues.map(async (venue) => {
    const exchange = await createLiveExchange(venue, instruments, timeoutMs);
    try {
      await exchange.time();
      return true;
    } catch {
      return false; // an exchange that cannot be reached is what the probe is there to find out
    } finally {
      await exchange.close();
    }
  });
  for (const [i, answer] of answers.entries()) if (await answer) return venues[i]!; // one answer for each venue
  return null;
}

/** `--probe`: prints the venue that answers. Needs no database. @returns exit code, 1 when none answers */
export async function runProbe(): Promise<number> {
  const { MARKET_VENUES, INSTRUMENTS, MARKET_PROBE_MS } = loadProbeEnv();
  const venue = await probeVenues(MARKET_VENUES, INSTRUMENTS, MARKET_PROBE_MS);
  if (venue) process.stdout.write(`${venue}\n`);
  return venue ? 0 : 1;
}
