import { loadCandleFile, type LoadedCandles } from '@btcforecast/candle-file';
import { AppError } from '@btcforecast/platform/errors';
import { HOUR_MS, hourlyWindow, type Candle, type HourlyWindow } from '@btcforecast/timeseries';

/**
 * Reads hourly candles from files as one history from the first candle to the last. Of two candles for one hour the
 * first one wins, in the order of the files.
 *
 * @param paths CSV files, plain or gzipped, see loadCandleFile
 * @throws AppError caller import.bad_file when a file cannot be used or is not hourly, import.bad_line when a line
 *   holds no sound candle
 */
export async function readCandleHistory(paths: readonly string[]): Promise<HourlyWindow> {
  const files: LoadedCandles[] = [];
  for (const path of paths) files.push(await readHourlyFile(path));
  const candles = files.flatMap((file) => [...candlesOf(file)]);
  const openTimes = files.flatMap(({ openTime }) => [openTime[0]!, openTime.at(-1)!]); // a file holds candles
  const start = Math.min(...openTimes);
  const end = Math.max(...openTimes) + HOUR_MS;
  return hourlyWindow(candles, end, (end - start) / HOUR_MS);
}

async function readHourlyFile(path: string): Promise<LoadedCandles> {
  const file = await loadCandleFile(path);
  const [bad] = file.badLines;
  if (bad) {
    const others = file.badLines.length - 1;
    throw new AppError(
      'caller',
      'import.bad_line',
      `${path}, line ${bad.line}: ${bad.problem}` +
        `${others > 0 ? `; ${others} more lines are wrong` : ''}. Mend or remove them: a model remembers its data.`,
      { path, line: bad.line },
    );
  }
  if (file.interval === '1h') return file;
  throw new AppError(
    'caller',
    'import.bad_file',
    `${path} cannot be used: its candles are of ${file.interval}; hourly ones are needed`,
    { path, interval: file.interval },
  );
}

function* candlesOf(file: LoadedCandles): Generator<Candle> {
  for (let i = 0; i < file.length; i++) {
    yield {
      openTime: file.openTime[i]!,
      open: file.open[i]!,
      high: file.high[i]!,
      low: file.low[i]!,
      close: file.close[i]!,
      volume: file.volume[i]!,
    };
  }
}
