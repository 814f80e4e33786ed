import type { BaselineDifference, Estimate, HorizonScore, ModelResult } from '@btcforecast/backtest';
import type { BacktestResult } from './backtest-result.js';

export type BacktestFormat = 'text' | 'markdown' | 'json';

type Cells = readonly (readonly string[])[];

/** The scores for a reader, or for a program. */
export function backtestText(result: BacktestResult, format: BacktestFormat): string {
  if (format === 'json') return `${JSON.stringify(withoutForecasts(result), null, 2)}\n`;
  const table = format === 'markdown' ? markdownTable : plainTable;
  const heading = (text: string): string => (format === 'markdown' ? `### ${text}` : text);
  const parts = result.models.flatMap((model) => [
    heading(titleOf(model)),
    remarksOf(model, result).join('\n'),
    table(scoreCells(model.scores)),
    table(differenceCells(model.scores)),
  ]);
  const footnotes = isUnsure(result) ? [FOOTNOTE] : [];
  return `${[scopeOf(result), ...parts, LEGEND, ...footnotes].join('\n\n')}\n`;
}

const LEGEND =
  'Pinball loss (mean over the seven levels) and CRPS are of the log return, times 10,000: less is better. Coverage in ' +
  'percent with its standard error; differences to a baseline with a 95 % interval, below zero where the model is ' +
  'better. Both by moving-block bootstrap. MAE ratio: error of the median over that of the last price.';

const FOOTNOTE =
  '?: the origins span fewer than five blocks of the bootstrap (of two weeks, or of twice the horizon where that is ' +
  'longer), too few to say how sure the number before it is.';

/** Something stands in the tables as "?". */
function isUnsure({ models }: BacktestResult): boolean {
  const estimates = models.flatMap(({ scores }) =>
    scores.flatMap(({ coverage, differences }): readonly Estimate[] => [...coverage, ...differences]),
  );
  return estimates.some(({ standardError }) => standardError === null);
}

function withoutForecasts(result: BacktestResult) {
  const models = result.models.map(({ forecasts, ...model }) => ({ ...model, crossed: forecasts.crossed }));
  return { ...result, from: isoOf(result.from), to: isoOf(result.to), models };
}

function scopeOf({ instrument, from, to, everyHours, origins, missing, data }: BacktestResult): string {
  return (
    `${instrument}: ${origins} origins every ${everyHours} h from ${minuteOf(from)} to ${minuteOf(to)} UTC` +
    `${missing > 0 ? ` (${missing} more without a candle)` : ''}; ` +
    `${data.candles} hourly candles, SHA-256 ${data.sha256.slice(0, 16)}`
  );
}

function titleOf({ name, refit }: ModelResult): string {
  return refit === 'none' ? name : `${name}, fitted anew ${refit}`;
}

function remarksOf(
  { forecasts, withoutHistory, inSample, scores }: ModelResult,
  { origins }: BacktestResult,
): string[] {
  const late = scores.filter(({ withoutOutcome }) => withoutOutcome > 0);
  const counts = late.map(({ withoutOutcome, horizonHours }) => `${withoutOutcome} at ${horizonHours} h`);
  return [
    `${origins - withoutHistory} origins forecast, quantiles crossed in ${forecasts.crossed} forecasts`,
    withoutHistory > 0 ? `${withoutHistory} origins have too little history` : '',
    late.length > 0 ? `without an outcome in the data: ${counts.join(', ')}` : '',
    inSample > 0
      ? `IN SAMPLE: ${inSample} origins lie inside the model's training span and prove nothing`
      : '',
  ].filter(Boolean);
}

function scoreCells(scores: readonly HorizonScore[]): Cells {
  const shares = scores[0]?.coverage.map(({ share }) => `${Math.round(100 * share)} %`) ?? [];
  return [
    ['horizon', 'n', 'pinball', 'CRPS', ...shares, 'MAE ratio'],
    ...scores.map((score) => [
      `${score.horizonHours} h`,
      String(score.n),
      fixed(score.pinball),
      fixed(score.crps),
      ...score.coverage.map(coverageCell),
      fixed(score.maeRatio, 4),
    ]),
  ];
}

function coverageCell({ mean, standardError }: Estimate): string {
  const error = standardError === null ? '?' : (100 * standardError).toFixed(1);
  return `${(100 * mean).toFixed(1)} ± ${error}`;
}

function differenceCells(scores: readonly HorizonScore[]): Cells {
  const names = [
    ...new Set(scores.flatMap(({ differences }) => differences.map(({ baseline }) => baseline))),
  ];
  return [
    ['horizon', ...names.flatMap((name) => [name, 'difference'])],
    ...scores.map(({ horizonHours, differences }) => [
      `${horizonHours} h`,
      ...names.flatMap((name) => differenceCell(differences.find(({ baseline }) => baseline === name))),
    ]),
  ];
}

function differenceCell(difference: BaselineDifference | undefined): string[] {
  if (!difference) return ['–', '–'];
  const { pinball, mean, low, high } = difference;
  const interval = low === null || high === null ? '?' : `${signed(low)} to ${signed(high)}`;
  return [fixed(pinball), `${signed(mean)} (${interval})`];
}

function fixed(value: number | null, digits = 3): string {
  return value === null ? '–' : value.toFixed(digits);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

function markdownTable([head = [], ...rows]: Cells): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---:')), ...rows.map(line)].join('\n');
}

function plainTable(rows: Cells): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('   '))
    .join('\n');
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}

function minuteOf(instant: number): string {
  return isoOf(instant).slice(0, 16).replace('T', ' ');
}
