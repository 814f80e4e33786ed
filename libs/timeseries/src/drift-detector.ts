import { DAY_MS, HOUR_MS } from './candle.js';

/** What one origin says to a test: its bets, each a factor that is at most 1 on average while all is well. */
export interface DriftPoint {
  /** ms. */
  readonly origin: number;
  /** Of each bet, >= 0; the same bets in the same order at every point. */
  readonly factors: readonly number[];
}

export interface DriftOptions {
  /** Points this many hours apart are independent of each other's past while all is well: the horizon, or 1. */
  readonly streamHours: number;
  /** False alarms of this test per year of hourly origins, at most. */
  readonly alarmsPerYear: number;
}

export interface DriftEvidence {
  /** log10 of the evidence after the last point; -Infinity without points. */
  readonly statistic: number;
  /** From here on it is an alarm; also log10. */
  readonly threshold: number;
  /** The first origin at which it was one; null if there is none. */
  readonly raisedOrigin: number | null;
  /** Points seen. */
  readonly n: number;
}

const STARTS_PER_YEAR = 366;

/**
 * Watches for a change at an unknown moment: an e-detector of the Shiryaev-Roberts kind. Every day a fresh e-process
 * is started in each stream of points that are `streamHours` apart; their sum minus the number of starts is a
 * supermartingale while nothing has changed, so that it comes to 366 / α within a year with probability α at most,
 * however often one looks. Leaving out what began before the first point given only lowers it: watching the newest
 * points of a longer series keeps the promise.
 *
 * Cost O(n · bets).
 *
 * @param points ascending origins; gaps are allowed
 * @throws RangeError if origins do not ascend or an option is out of range
 * @see Shin, Ramdas & Rinaldo (2024), E-detectors: a nonparametric framework for sequential change detection, New
 *   England J. Statistics in Data Science 2(2)
 */
export function driftEvidence(points: readonly DriftPoint[], options: DriftOptions): DriftEvidence {
  const { streamHours, alarmsPerYear } = options;
  if (!Number.isInteger(streamHours) || streamHours < 1) throw new RangeError(`bad stream ${streamHours}`);
  if (!(alarmsPerYear > 0)) throw new RangeError(`alarms per year are positive, not ${alarmsPerYear}`);
  const threshold = Math.log10(STARTS_PER_YEAR / alarmsPerYear);
  const streams = streamsOf(points, streamHours);
  const alarm = (streams.size * STARTS_PER_YEAR) / alarmsPerYear;
  let raisedOrigin: number | null = null;
  let total = 0;
  let last = -Infinity;
  for (const { origin, factors } of points) {
    if (!(origin > last)) throw new RangeError(`origin ${origin} is not after ${last}`);
    last = origin;
    const stream = streams.get(streamKey(origin, streamHours))!; // every point's stream is there
    total += advance(stream, origin, factors);
    if (raisedOrigin === null && total >= alarm) raisedOrigin = origin;
  }
  const statistic = points.length === 0 ? -Infinity : Math.log10(total / streams.size);
  return { statistic, threshold, raisedOrigin, n: points.length };
}

interface Stream {
  /** Sum of the e-processes of all starts, by bet. */
  readonly sums: number[];
  day: number;
}

function streamsOf(points: readonly DriftPoint[], streamHours: number): Map<number, Stream> {
  const streams = new Map<number, Stream>();
  for (const { origin, factors } of points) {
    const key = streamKey(origin, streamHours);
    if (!streams.has(key)) streams.set(key, { sums: factors.map(() => 0), day: -1 });
  }
  return streams;
}

function streamKey(origin: number, streamHours: number): number {
  return Math.floor(origin / HOUR_MS) % streamHours;
}

/** Takes one point in and returns by how much the stream's evidence, averaged over the bets, has changed. */
function advance(stream: Stream, origin: number, factors: readonly number[]): number {
  const day = Math.floor(origin / DAY_MS);
  const start = day > stream.day ? 1 : 0;
  stream.day = day;
  let change = 0;
  for (let bet = 0; bet < factors.length; bet++) {
    const before = stream.sums[bet]!;
    // Capped far above any threshold: a sum that overflowed could not come down again.
    const after = Math.min(1e100, (before + start) * factors[bet]!);
    stream.sums[bet] = after;
    change += after - before;
  }
  return change / factors.length;
}
