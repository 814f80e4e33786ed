import { BASELINE_NAMES, cdfAt, DAY_MS, meanPinball, type BaselineName } from '@btcforecast/timeseries';
import { HAR_LEVELS } from '@btcforecast/training';
import { closeBefore } from '../backtest-origins.js';
import { outcomeOf, type ScoreQuestion } from '../score-backtest.js';

export const PIT_BINS = 10;
/** Days shown at each end. */
const SHOWN_DAYS = 3;
const FAN_HOURS = 24;

export interface HorizonPicture {
  readonly horizonHours: number;
  /** Share of outcomes at or below each level's quantile, shape [L]; empty without outcomes. */
  readonly reliability: readonly { readonly level: number; readonly observed: number }[];
  /** Outcomes by probability integral transform, relative to an even spread, shape [PIT_BINS]. */
  readonly pit: readonly number[];
  /** One minus the ratio of the mean pinball losses of the model and of `against`, by calendar month, UTC. */
  readonly skill: readonly { readonly month: string; readonly skill: number }[];
}

export interface Fan {
  readonly origin: number;
  /** Prices by level at 0 h and at each horizon shown. */
  readonly bands: readonly { readonly hours: number; readonly prices: readonly number[] }[];
  /** What happened, hour by hour, as far as there are candles. */
  readonly path: readonly { readonly hours: number; readonly price: number }[];
}

export interface ReportData {
  /** The baseline that skill is measured against. */
  readonly against: BaselineName;
  readonly horizons: readonly HorizonPicture[];
  /** Horizon by whose loss days are told apart, and length of the fans. */
  readonly fanHours: number;
  /** Of each day with the least mean loss, the origin with the least. */
  readonly best: readonly Fan[];
  /** Of each day with the greatest mean loss, the origin with the greatest. */
  readonly worst: readonly Fan[];
}

/** What a picture of a backtest shows. Pure. */
export function reportData(question: ScoreQuestion): ReportData {
  const against = BASELINE_NAMES.find((name) => question.baselines[name].rows !== question.rows)!; // there are three
  const shown = question.horizonsHours.filter((hours) => hours <= FAN_HOURS);
  const fanHours = shown.length > 0 ? Math.max(...shown) : Math.min(...question.horizonsHours);
  const days = daysByLoss(question, question.horizonsHours.indexOf(fanHours), fanHours);
  const fansOf = (chosen: readonly Day[], pick: 0 | -1) =>
    chosen.map(({ origins }) => fanOf(question, origins.at(pick)!.at, fanHours)); // a day has an origin
  return {
    against,
    horizons: question.horizonsHours.map((hours, h) => horizonPicture(question, hours, h, against)),
    fanHours,
    best: fansOf(days.slice(0, SHOWN_DAYS), 0),
    worst: fansOf(days.slice(Math.max(SHOWN_DAYS, days.length - SHOWN_DAYS)).toReversed(), -1),
  };
}

interface Outcome {
  readonly at: number;
  readonly quantiles: readonly number[];
  readonly outcome: number;
}

function outcomesOf({ history, origins, rows }: ScoreQuestion, hours: number, h: number): Outcome[] {
  return rows.flatMap((row, at) => {
    const outcome = outcomeOf(history, origins[at]!, hours);
    return row && !Number.isNaN(outcome) ? [{ at, quantiles: row[h]!, outcome }] : [];
  });
}

function horizonPicture(
  question: ScoreQuestion,
  hours: number,
  h: number,
  against: BaselineName,
): HorizonPicture {
  const outcomes = outcomesOf(question, hours, h);
  const pit = new Array<number>(PIT_BINS).fill(0);
  for (const { quantiles, outcome } of outcomes) {
    const bin = Math.floor(cdfAt({ levels: HAR_LEVELS, quantiles }, outcome) * PIT_BINS);
    pit[Math.min(PIT_BINS - 1, bin)]! += PIT_BINS / outcomes.length;
  }
  const below = (l: number) => outcomes.filter(({ quantiles, outcome }) => outcome <= quantiles[l]!).length;
  return {
    horizonHours: hours,
    reliability:
      outcomes.length === 0
        ? []
        : HAR_LEVELS.map((level, l) => ({ level, observed: below(l) / outcomes.length })),
    pit,
    skill: skillByMonth(
      question,
      outcomes,
      question.baselines[against].rows.map((row) => row?.[h]),
    ),
  };
}

function skillByMonth(
  { origins }: ScoreQuestion,
  outcomes: readonly Outcome[],
  others: readonly (readonly number[] | undefined)[],
): HorizonPicture['skill'] {
  const sums = new Map<string, { own: number; other: number }>();
  for (const { at, quantiles, outcome } of outcomes) {
    const other = others[at];
    if (!other) continue;
    const month = new Date(origins[at]!).toISOString().slice(0, 7);
    const sum = sums.get(month) ?? { own: 0, other: 0 };
    sum.own += meanPinball(outcome, quantiles, HAR_LEVELS);
    sum.other += meanPinball(outcome, other, HAR_LEVELS);
    sums.set(month, sum);
  }
  return [...sums].map(([month, { own, other }]) => ({ month, skill: other > 0 ? 1 - own / other : 0 }));
}

/** The scored origins of one day, least loss first. */
interface Day {
  readonly origins: readonly { readonly at: number; readonly loss: number }[];
  readonly meanLoss: number;
}

/** Least mean loss first. */
function daysByLoss(question: ScoreQuestion, h: number, hours: number): Day[] {
  const scored = outcomesOf(question, hours, h).map(({ at, quantiles, outcome }) => ({
    at,
    loss: meanPinball(outcome, quantiles, HAR_LEVELS),
  }));
  const byDay = Map.groupBy(scored, ({ at }) => Math.floor(question.origins[at]! / DAY_MS));
  return [...byDay.values()]
    .map((origins) => ({
      origins: origins.toSorted((a, b) => a.loss - b.loss),
      meanLoss: origins.reduce((sum, { loss }) => sum + loss, 0) / origins.length,
    }))
    .sort((a, b) => a.meanLoss - b.meanLoss);
}

function fanOf({ history, origins, horizonsHours, rows }: ScoreQuestion, at: number, fanHours: number): Fan {
  const origin = origins[at]!;
  const price = closeBefore(history, origin);
  const bands = horizonsHours
    .map((hours, h) => ({ hours, prices: rows[at]![h]!.map((q) => price * Math.exp(q)) }))
    .filter(({ hours }) => hours <= fanHours)
    .sort((a, b) => a.hours - b.hours);
  const path = Array.from({ length: fanHours + 1 }, (_, hours) => ({
    hours,
    price: price * Math.exp(outcomeOf(history, origin, hours)),
  }));
  return {
    origin,
    bands: [{ hours: 0, prices: HAR_LEVELS.map(() => price) }, ...bands],
    path: path.filter((point) => !Number.isNaN(point.price)),
  };
}
