import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  canonicalJson,
  compareRoots,
  entryHash,
  hourOf,
  merkleRoot,
  NO_HASH,
  rootStatement,
  signatureOf,
  type RecordEntry,
} from '@btcforecast/track-record';
import { forecastRow } from '../../test/forecast-row.js';
import { downloadRecord, verifyRecord } from '../../test/read-record.js';
import { HOUR_MS, RecordBench, START } from '../../test/record-bench.js';
import { scoreForecast } from '../scores/score-forecast.js';

const HOURS = 6;
let bench: RecordBench;

/** A market of six hours: each hour a forecast, and the outcome of the one before. */
beforeEach(async () => {
  bench = await RecordBench.open();
  for (let hour = 0; hour < HOURS; hour++) {
    bench.nowMs = START + hour * HOUR_MS + 60_000;
    const row = forecastRow({ origin: START + hour * HOUR_MS });
    await bench.forecasts.store([row]);
    await bench.service.extend();
    await bench.settle([row], 97); // far off: worth hiding
  }
  bench.nowMs = START + HOURS * HOUR_MS + 60_000;
  await bench.service.extend();
});
afterEach(() => bench.close());

/** As an operator with all rights would: makes an old forecast a good one. */
async function rewriteForecast(seq: number): Promise<void> {
  const { dataSource } = bench.market;
  for (const table of ['track_record', 'track_record_roots']) {
    await dataSource.query(`DROP TRIGGER ${table}_immutable ON ${table}`);
  }
  const [row] = await dataSource.query<{ body: string }[]>('SELECT body FROM track_record WHERE seq = $1', [
    seq,
  ]);
  const body = JSON.parse(row!.body) as { quantiles: number[] };
  const better = body.quantiles.map((q) => q - 0.03);
  await dataSource.query('UPDATE track_record SET body = $2 WHERE seq = $1', [
    seq,
    canonicalJson({ ...body, quantiles: better }),
  ]);
}

/** Then makes the outcome fit, links the whole chain anew and signs every hour with the operator's own key. */
async function rewriteEverythingAfter(): Promise<void> {
  const { dataSource } = bench.market;
  const { entries, roots } = await downloadRecord(bench.queries);
  const bodies = new Map(entries.filter(({ kind }) => kind === 'forecast').map((e) => [e.subject, e.body]));
  const anew: RecordEntry[] = [];
  for (const entry of entries) {
    const body =
      entry.kind === 'outcome' ? fittingOutcome(bodies.get(entry.subject)!, entry.body) : entry.body;
    const link = { ...entry, body, previous: anew.at(-1)?.hash ?? NO_HASH };
    anew.push({ ...link, hash: entryHash(link) });
  }
  for (const { seq, body, previous, hash } of anew) {
    await dataSource.query('UPDATE track_record SET body = $2, previous = $3, hash = $4 WHERE seq = $1', [
      seq,
      body,
      previous,
      hash,
    ]);
  }
  const key = createPrivateKey(await readFile(bench.keyPath, 'utf8'));
  let previousRoot = NO_HASH;
  for (const old of roots) {
    const hashes = anew.filter(({ enteredAt }) => hourOf(enteredAt) === old.hour).map(({ hash }) => hash);
    const root = { ...old, previousRoot, root: merkleRoot(hashes) };
    await dataSource.query(
      'UPDATE track_record_roots SET root = $2, previous_root = $3, signature = $4 WHERE hour_at = $1',
      [old.hour, root.root, previousRoot, signatureOf(rootStatement(root), key)],
    );
    previousRoot = root.root;
  }
}

function fittingOutcome(forecast: string, outcome: string): string {
  const said = JSON.parse(forecast) as { price: number; quantiles: number[]; probabilityUp: number } & {
    baselines: Record<string, number[]>;
  };
  const { close, ...rest } = JSON.parse(outcome) as { close: number };
  const {
    forecastId: _id,
    outcomeClose: _close,
    maturedAt: _at,
    ...fitting
  } = scoreForecast(
    { ...said, logReturnQuantiles: said.quantiles, id: '', venue: '', targetAt: new Date(0) },
    close,
  );
  return canonicalJson({ ...rest, close, ...fitting });
}

describe('a record that was rewritten in the database', () => {
  it('shows by its hashes when only the row was changed', async () => {
    await rewriteForecast(4);
    const record = await downloadRecord(bench.queries);
    expect(() => verifyRecord(record)).toThrow('entry 4: its contents do not give its hash');
  });

  it('shows by nothing but a root saved earlier when all was linked and signed anew', async () => {
    const before = verifyRecord(await downloadRecord(bench.queries));
    const saved = before.roots.slice(0, 3);
    await rewriteForecast(4);
    await rewriteEverythingAfter();
    const after = verifyRecord(await downloadRecord(bench.queries)); // sound in itself: that is the operator's power
    expect(after.scores[0]!.pinball).toBeLessThan(before.scores[0]!.pinball!);
    expect(compareRoots(saved.slice(0, 1), after.roots)).toBe(1); // what came before is as it was
    expect(() => compareRoots(saved, after.roots)).toThrow(
      /root of 2026-01-01T01:00:00.000Z is not the one that you saved: entries 3 to 4 were rewritten/,
    );
  });
});
