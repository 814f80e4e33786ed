import type { OutcomeScores } from '@btcforecast/timeseries';
import type { ForecastBody } from './record-bodies.js';

/** Public score of one feed, instrument and horizon. Means over the forecasts that count; null when none does. */
export interface ScoreRow {
  readonly feed: string;
  readonly instrument: string;
  readonly horizonHours: number;
  /** Forecasts that count: canonical, proven, on time, not in sample, matured. */
  readonly counted: number;
  /** Canonical ones that entered at or after their target. */
  readonly unproven: number;
  /** Other canonical ones that do not count: late, in sample, void, without outcome. */
  readonly others: number;
  /** Times 10,000. */
  readonly pinball: number | null;
  /** Times 10,000. */
  readonly crps: number | null;
  /** Shares of outcomes inside the central intervals. */
  readonly coverage: Readonly<Record<'50' | '80' | '90', number | null>>;
  /** Times 10,000, by name. */
  readonly baselinePinball: Readonly<Record<string, number>>;
}

interface Sums {
  counted: number;
  canonical: number;
  unproven: number;
  pinball: number;
  crps: number;
  covered: [number, number, number];
  baselines: Map<string, number>;
}

const SCALE = 10_000;

/** Adds up the public score while the record is read. */
export class ScoreTable {
  readonly #rows = new Map<string, { key: readonly [string, string, number]; sums: Sums }>();

  addForecast(forecast: ForecastBody): void {
    if (!forecast.canonical) return;
    const sums = this.#sumsOf(forecast);
    sums.canonical += 1;
    if (forecast.unproven) sums.unproven += 1;
  }

  /** @param scores computed from the forecast's own numbers */
  addOutcome(forecast: ForecastBody, scores: OutcomeScores): void {
    if (!counts(forecast)) return;
    const sums = this.#sumsOf(forecast);
    sums.counted += 1;
    sums.pinball += scores.pinball;
    sums.crps += scores.crps;
    [scores.covered50, scores.covered80, scores.covered90].forEach((covered, i) => {
      if (covered) sums.covered[i]! += 1; // three of them
    });
    for (const [name, loss] of Object.entries(scores.baselinePinball)) {
      sums.baselines.set(name, (sums.baselines.get(name) ?? 0) + loss);
    }
  }

  /** Ordered by feed, instrument, horizon. */
  rows(): ScoreRow[] {
    const rows = [...this.#rows.values()].map(({ key, sums }) => rowOf(key, sums));
    const name = ({ feed, instrument }: ScoreRow) => `${feed} ${instrument}`;
    return rows.sort((a, b) =>
      name(a) === name(b) ? a.horizonHours - b.horizonHours : name(a) < name(b) ? -1 : 1,
    );
  }

  #sumsOf({ feed, instrument, horizonHours }: ForecastBody): Sums {
    const key = [feed, instrument, horizonHours] as const;
    const id = key.join(' ');
    const known = this.#rows.get(id);
    if (known) return known.sums;
    const sums: Sums = {
      counted: 0,
      canonical: 0,
      unproven: 0,
      pinball: 0,
      crps: 0,
      covered: [0, 0, 0],
      baselines: new Map(),
    };
    this.#rows.set(id, { key, sums });
    return sums;
  }
}

function counts({ canonical, unproven, timeliness, inSample }: ForecastBody): boolean {
  return canonical && !unproven && timeliness === 'on_time' && !inSample;
}

function rowOf([feed, instrument, horizonHours]: readonly [string, string, number], sums: Sums): ScoreRow {
  const { counted, canonical, unproven, covered, baselines } = sums;
  const mean = (sum: number) => (counted === 0 ? null : sum / counted);
  const scaled = (sum: number) => (counted === 0 ? null : (SCALE * sum) / counted);
  return {
    feed,
    instrument,
    horizonHours,
    counted,
    unproven,
    others: canonical - unproven - counted,
    pinball: scaled(sums.pinball),
    crps: scaled(sums.crps),
    coverage: { '50': mean(covered[0]), '80': mean(covered[1]), '90': mean(covered[2]) },
    baselinePinball: Object.fromEntries([...baselines].map(([name, sum]) => [name, (SCALE * sum) / counted])),
  };
}
