import { type ForecastReply, QUANTILE_KEYS } from '@btcforecast/contracts';

/** What stands between two neighbouring quantiles: the outer 5 % to 10 %, then to 25 %, then the middle half. */
const BANDS = ['─', '━', '█', '█', '━', '─'] as const;
const WIDTH = 60;
const NOW = '·';

/**
 * The forecasts as text, one line each on one scale of prices: `─` from the 5 % to the 95 % quantile, `━` from
 * 10 % to 90 %, `█` the middle half, `┃` the median, `·` the present price.
 *
 * @param forecasts of one instrument
 * @returns lines without line breaks; the first says where the scale begins and ends
 */
export function fanPicture(
  forecasts: readonly Pick<ForecastReply, 'horizon' | 'price' | 'quantiles'>[],
): string[] {
  const prices = forecasts.flatMap(({ price, quantiles }) => [
    price,
    ...QUANTILE_KEYS.map((key) => quantiles[key]),
  ]);
  const low = Math.min(...prices);
  const high = Math.max(...prices);
  const columnOf = (price: number): number =>
    high === low ? 0 : Math.round(((price - low) / (high - low)) * (WIDTH - 1));
  const indent = Math.max(0, ...forecasts.map(({ horizon }) => horizon.length)) + 1;
  const [from, to] = [low, high].map((price) => priceText(price));
  const scale = `${' '.repeat(indent)}${from}${(to ?? '').padStart(WIDTH - (from ?? '').length)}`;
  return [scale, ...forecasts.map((forecast) => forecast.horizon.padEnd(indent) + fan(forecast, columnOf))];
}

function fan(
  { price, quantiles }: Pick<ForecastReply, 'price' | 'quantiles'>,
  columnOf: (price: number) => number,
): string {
  const cells = Array.from({ length: WIDTH }, () => ' ');
  const columns = QUANTILE_KEYS.map((key) => columnOf(quantiles[key]));
  for (const [band, character] of BANDS.entries()) {
    cells.fill(character, columns[band], (columns[band + 1] ?? 0) + 1);
  }
  // The strongest last: in a narrow fan several fall into one cell.
  cells.fill('█', columns[2], (columns[4] ?? 0) + 1);
  cells[columnOf(price)] = NOW;
  cells[columnOf(quantiles['0.5'])] = '┃';
  return cells.join('').trimEnd();
}

/** Thousands separated, as many decimals as the size of the price calls for. */
export function priceText(price: number): string {
  const digits = price >= 1_000 ? 0 : price >= 1 ? 2 : 6;
  return price.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
