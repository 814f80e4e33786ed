import type { AlertCondition } from '@btcforecast/contracts';
import type { Verdict } from './alert-machine.js';

type Of<K extends AlertCondition['kind']> = Extract<AlertCondition, { kind: K }>;

/** Event time, ms, and what is compared then, in the unit of the condition. */
export interface Measured {
  readonly at: number;
  readonly value: number;
  /** The value before, where a crossing is looked for. */
  readonly previous?: number;
}

/** What a value means to a condition. */
export function judgeValue(condition: AlertCondition, measured: Measured): Verdict {
  const { value } = measured;
  switch (condition.kind) {
    case 'price':
      return judgePrice(condition, measured);
    case 'price_change':
      return judgeChange(condition, value);
    case 'forecast_quantile':
      return judgeSide(value, condition.test, condition.level, condition.clear);
    case 'event_probability':
      return judgeProbability(condition, value);
    case 'drift':
      return judgeFrom(value, 1);
    case 'gap':
      return judgeFrom(value, condition.missing);
    case 'usage':
      return judgeFrom(value, condition.share, condition.clear);
  }
}

function judgePrice({ test, level, clear }: Of<'price'>, { value, previous }: Measured): Verdict {
  return test === 'crosses' ? judgeCrossing(level, value, previous) : judgeSide(value, test, level, clear);
}

/** Beyond the level, not on it. */
function judgeSide(value: number, side: 'above' | 'below', level: number, clear = level): Verdict {
  const sign = side === 'above' ? 1 : -1;
  if (sign * value > sign * level) return 'fires';
  return sign * value <= sign * clear ? 'clears' : 'holds';
}

/** On the level or beyond it. */
function judgeFrom(value: number, level: number, clear = level): Verdict {
  if (value >= level) return 'fires';
  return value <= clear ? 'clears' : 'holds';
}

/** A close on the level counts as below it. */
function judgeCrossing(level: number, value: number, previous: number | undefined): Verdict {
  return previous !== undefined && value > level !== previous > level ? 'fires' : 'clears';
}

function judgeChange({ test, percent, clear }: Of<'price_change'>, value: number): Verdict {
  const moved = { rises: value, falls: -value, moves: Math.abs(value) }[test];
  return judgeFrom(moved, percent, clear);
}

function judgeProbability({ test, probability, clear }: Of<'event_probability'>, value: number): Verdict {
  return test === 'at_least'
    ? judgeFrom(value, probability, clear)
    : judgeFrom(-value, -probability, clear === undefined ? undefined : -clear);
}

const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const number = (value: number): string => NUMBER.format(value);
const percent = (share: number): string => `${number(share * 100)} %`;

/** The comparison in a sentence, for people. */
export function describeValue(condition: AlertCondition, value: number): string {
  switch (condition.kind) {
    case 'price':
      return `${condition.instrument} closed at ${number(value)}; asked for: ${condition.test} ${number(condition.level)}`;
    case 'price_change':
      return `${condition.instrument} moved by ${number(value)} % in ${condition.windowHours} h; asked for: ${condition.test} by ${number(condition.percent)} %`;
    case 'forecast_quantile':
      return `${condition.instrument}, ${condition.horizon}: the ${percent(condition.quantile)} quantile is ${number(value)}; asked for: ${condition.test} ${number(condition.level)}`;
    case 'event_probability':
      return `${condition.instrument}, ${condition.horizon}: ${condition.event} ${number(condition.price)} has a probability of ${percent(value)}; asked for: ${condition.test.replace('_', ' ')} ${percent(condition.probability)}`;
    case 'drift':
      return `${condition.instrument}: ${number(value)} tests of drift were raised in ${condition.windowHours} h`;
    case 'gap':
      return `${condition.instrument}: ${number(value)} hourly candles of ${condition.windowHours} h are missing`;
    case 'usage':
      return `${percent(value)} of the quota of the day is used; asked for: ${percent(condition.share)}`;
  }
}
