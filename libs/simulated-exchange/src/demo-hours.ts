import { DAY_MS, HOUR_MS } from '@btcforecast/timeseries';
import { Random } from './random.js';

/** The demo market has traded since then; what its clock has not reached is made when it is needed. */
export const DEMO_EPOCH = Date.UTC(2020, 0, 1);

const YEAR_HOURS = 8_766;
/** Volatility of a usual year, on a log scale. */
const YEARLY_VOLATILITY = 0.55;
/** Pull of the price towards its centre: a half-life of one year, too weak to be of use within weeks. */
const REVERSION = Math.LN2 / YEAR_HOURS;

/** Log volatility is a sum of two mean-reverting parts: bursts of days and moods of months. */
const BURSTS = { persistence: halfLife(5 * 24), deviation: 0.4 };
const MOODS = { persistence: halfLife(60 * 24), deviation: 0.25 };

/** What distinguishes an hour: where it closes, and how lively it was. */
export interface DemoHour {
  /** Price at the start and at the end of the hour, whole cents. */
  readonly open: number;
  readonly close: number;
  /** Standard deviation of the hour's log return, known before the hour. */
  readonly sigma: number;
}

/**
 * Closing prices of the demo market hour by hour: stochastic volatility with an hour-of-week season and fat tails.
 * A pure function of the seed: each hour has random numbers of its own, and hours are made in order from the epoch.
 */
export class DemoHours {
  #closes = new Float64Array(1 << 16);
  #sigmas = new Float64Array(1 << 16);
  #count = 0;
  #logPrice: number;
  #burst = 0;
  #mood = 0;

  /** @param centrePrice where the market begins and what it is drawn to, whole cents */
  constructor(
    private readonly seed: number,
    private readonly centrePrice: number,
  ) {
    this.#logPrice = Math.log(centrePrice);
  }

  /** The hour that opens `index` hours after the epoch; index >= 0. */
  at(index: number): DemoHour {
    while (this.#count <= index) this.#make(this.#count);
    return {
      open: index === 0 ? this.centrePrice : this.#closes[index - 1]!, // made: below count
      close: this.#closes[index]!,
      sigma: this.#sigmas[index]!,
    };
  }

  #make(index: number): void {
    const random = new Random(this.seed, index);
    this.#burst = step(this.#burst, BURSTS, random);
    this.#mood = step(this.#mood, MOODS, random);
    const usual = YEARLY_VOLATILITY / Math.sqrt(YEAR_HOURS);
    const sigma = usual * seasonAt(DEMO_EPOCH + index * HOUR_MS) * Math.exp(this.#burst + this.#mood - 0.2);
    this.#logPrice += sigma * random.fatTailed() - REVERSION * (this.#logPrice - Math.log(this.centrePrice));
    this.#store(index, Math.round(Math.exp(this.#logPrice) * 100) / 100, sigma);
  }

  #store(index: number, close: number, sigma: number): void {
    if (index === this.#closes.length) {
      this.#closes = grown(this.#closes);
      this.#sigmas = grown(this.#sigmas);
    }
    this.#closes[index] = close;
    this.#sigmas[index] = sigma;
    this.#count = index + 1;
  }
}

/** Liveliness by hour of the week, about 1 on average: high when America trades, low at night and on weekends. */
export function seasonAt(instantMs: number): number {
  const hour = (instantMs % DAY_MS) / HOUR_MS;
  const day = Math.floor(instantMs / DAY_MS + 4) % 7; // 1970-01-01 was a Thursday; 0 is Sunday
  const daily = 1 + 0.35 * Math.cos(((hour - 15) / 24) * 2 * Math.PI);
  return daily * (day === 0 || day === 6 ? 0.75 : 1.1);
}

function halfLife(hours: number): number {
  return Math.exp(-Math.LN2 / hours);
}

/** Ornstein-Uhlenbeck in steps of an hour, with the given stationary deviation. */
function step(value: number, part: { persistence: number; deviation: number }, random: Random): number {
  const { persistence, deviation } = part;
  return persistence * value + deviation * Math.sqrt(1 - persistence ** 2) * random.normal();
}

function grown(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(numbers.length * 2);
  copy.set(numbers);
  return copy;
}
