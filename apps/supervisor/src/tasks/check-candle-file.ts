/** `node check-candle-file.js FILE`: the span of a file of candles, as one line of JSON. */
import { INTERVAL_MS } from '@btcforecast/contracts';
import { loadCandleFile } from '@btcforecast/candle-file';
import { AppError } from '@btcforecast/platform';

try {
  const { interval, length, openTime, badLines } = await loadCandleFile(process.argv[2] ?? '');
  if (length === 0) throw new Error('it holds no candle that could be true');
  const firstOpenTime = openTime[0]!;
  const endMs = openTime[length - 1]! + INTERVAL_MS[interval];
  process.stdout.write(JSON.stringify({ interval, firstOpenTime, endMs, badLines: badLines.length }));
} catch (error) {
  const { message } = error as Error;
  process.stderr.write(error instanceof AppError ? message : `${process.argv[2]} cannot be used: ${message}`);
  process.exitCode = 2;
}
