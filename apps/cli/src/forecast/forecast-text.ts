import type { ForecastReply, Grade, LatestForecastReply, Source } from '@btcforecast/contracts';
import { fanPicture, priceText } from './fan-picture.js';

const SOURCES: Readonly<Record<Source, string>> = {
  live: 'live market',
  replay: 'REPLAY of past candles: this is not the present market',
  demo: 'DEMO: a synthetic market, none of this is real',
};

const COLUMNS = [
  'horizon',
  'target (UTC)',
  '5 %',
  '25 %',
  'median',
  '75 %',
  '95 %',
  'up',
  'remarks',
] as const;

const GRADES: Readonly<Record<Grade, string>> = {
  proven_skill: 'proven skill',
  no_proven_skill: 'no proven skill',
  degraded: 'DEGRADED',
  cold_start: 'not known yet',
};

/** Forecasts for people: a heading that names the source, a table, a picture, and what all that is worth. */
export function forecastText(forecasts: readonly LatestForecastReply[]): string {
  const [first] = forecasts;
  if (!first) return 'no forecasts\n';
  const { instrument, price, origin, source, venue, model } = first;
  const quote = instrument.split('-')[1] ?? '';
  const rows = [[...COLUMNS], ...forecasts.map(rowOf)];
  const remarked = forecasts.some((forecast) => remarksOf(forecast) !== '');
  return [
    `${instrument}  ${priceText(price)} ${quote} at ${instantText(origin)} UTC`,
    `source   ${source} (${SOURCES[source]}), venue ${venue}`,
    `model    ${model.name}@${model.version}`,
    '',
    ...tableLines(remarked ? rows : rows.map((row) => row.slice(0, -1))),
    '',
    ...fanPicture(forecasts),
    '',
    '─ 5 to 95 %   ━ 10 to 90 %   █ the middle half   ┃ median   · the price now',
    '',
    ...tableLines(
      forecasts.map(({ horizon, standing }) => [horizon, GRADES[standing.grade], standing.reason]),
    ),
    '',
  ].join('\n');
}

function rowOf(forecast: ForecastReply): string[] {
  const { horizon, target, quantiles, probabilityUp } = forecast;
  const prices = (['0.05', '0.25', '0.5', '0.75', '0.95'] as const).map((key) => priceText(quantiles[key]));
  return [
    horizon,
    instantText(target),
    ...prices,
    `${(100 * probabilityUp).toFixed(1)} %`,
    remarksOf(forecast),
  ];
}

/** Why a forecast does not count as skill, if it does not. */
function remarksOf({ timeliness, inSample }: ForecastReply): string {
  return [timeliness === 'on_time' ? '' : timeliness, inSample ? 'in sample' : ''].filter(Boolean).join(', ');
}

function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < 2 || row.length < 4 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function instantText(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
