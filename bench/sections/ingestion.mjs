/** Candles into the embedded PostgreSQL: from a file, and through the writer that market data uses. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pinnedNode, root } from '../../scripts/ensure-installed.mjs';
import { openDataSource, startDatabase } from '../support/database.mjs';
import { candles, MINUTE, writeMarketFile } from '../support/market-file.mjs';
import { say, scratchFolder } from '../support/scratch.mjs';
import { median } from '../support/statistics.mjs';

const FROM = Date.UTC(2023, 0, 1);
/** As many as the exchange gives in one reply, which is what market data writes at once when it loads history. */
const BATCH = 1_000;

export async function run({ quick }) {
  const url = await startDatabase();
  const lines = quick ? 100_000 : 500_000;
  const file = writeMarketFile(join(scratchFolder(), 'minutes.csv'), {
    from: FROM,
    count: lines,
    intervalMs: MINUTE,
  });
  const first = await importFile(url, file);
  say(`import: ${lines} lines in ${first.toFixed(1)} s`);
  const writer = await writerRates(url, quick ? 10_000 : 50_000);
  return [
    {
      what: 'btcf data import of a CSV file of 1-minute candles',
      value: lines / first,
      unit: 'candles/s',
      bar: { of: 'value', min: 50_000 },
      note: `${lines.toLocaleString('en')} lines, the whole command from its start to its end, into month partitions on a durable server.`,
    },
    {
      what: 'candles validated and upserted',
      value: writer.fresh,
      unit: 'candles/s',
      bar: { of: 'value', min: 5_000 },
      note: `CandleWriter, ${BATCH.toLocaleString('en')} 1-minute candles a call, each call committed; median of 3 runs.`,
    },
    {
      what: 'the same candles once more (all known)',
      value: writer.known,
      unit: 'candles/s',
    },
  ];
}

async function importFile(url, file) {
  const startedAt = performance.now();
  const command = [join(root, 'apps', 'cli', 'bin', 'btcf.mjs'), 'data', 'import', file, '--venue', 'bench'];
  const child = spawn(pinnedNode, command, {
    env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`btcf data import failed: ${said}`);
  return (performance.now() - startedAt) / 1_000;
}

async function writerRates(url, count) {
  const { CandleWriter } = await import('@btcforecast/market-data');
  const writer = new CandleWriter(await openDataSource(url));
  const all = [...candles({ from: FROM, count, intervalMs: MINUTE })];
  const runs = [];
  for (const venue of ['writer-1', 'writer-2', 'writer-3']) {
    const fresh = await writeAll(writer, venue, all);
    const known = await writeAll(writer, venue, all);
    if (fresh.stored !== count || known.stored !== 0)
      throw new Error('the writer stored another number of candles');
    runs.push({ fresh: count / fresh.seconds, known: count / known.seconds });
    say(`writer: ${Math.round(runs.at(-1).fresh)} new, ${Math.round(runs.at(-1).known)} known candles/s`);
  }
  return { fresh: median(runs.map(({ fresh }) => fresh)), known: median(runs.map(({ known }) => known)) };
}

async function writeAll(writer, venue, all) {
  const series = { instrument: 'BTC-USD', venue, interval: '1m', provenance: 'fetched' };
  const nowMs = all.at(-1).openTime + MINUTE;
  let stored = 0;
  const startedAt = performance.now();
  for (let at = 0; at < all.length; at += BATCH) {
    const outcome = await writer.write({ ...series, candles: all.slice(at, at + BATCH), nowMs });
    stored += outcome.stored.length;
  }
  return { stored, seconds: (performance.now() - startedAt) / 1_000 };
}
