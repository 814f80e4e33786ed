import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { scoreOutcome } from '@btcforecast/timeseries';
import { canonicalJson, type JsonValue } from '../src/canonical-json.js';
import { merkleRoot } from '../src/merkle-tree.js';
import { nextEntry, NO_HASH, type RecordEntry, type RecordKind } from '../src/record-entry.js';
import { hourOf } from '../src/record-hour.js';
import { RECORD_LEVELS, type ForecastBody } from '../src/record-bodies.js';
import { keyIdOf, keyStatement, rawPublicKey, signatureOf } from '../src/record-keys.js';
import { rootStatement, type RecordRoot } from '../src/record-root.js';
import { RecordVerifier, type RecordSummary } from '../src/record-verifier.js';

export const HOUR_MS = 3_600_000;
export const START = Date.UTC(2026, 0, 1);
export const iso = (ms: number) => new Date(ms).toISOString();
const QUANTILES = [-0.02, -0.013, -0.005, 0.0002, 0.005, 0.012, 0.018];

export interface SampleRecord {
  readonly entries: RecordEntry[];
  readonly roots: RecordRoot[];
}

export const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

/** Writes a record as the system would, hour by hour, with whatever contents a test wants. */
export class SampleWriter implements SampleRecord {
  readonly entries: RecordEntry[] = [];
  readonly roots: RecordRoot[] = [];
  #key: KeyObject | undefined;

  add(kind: RecordKind, subject: string, atMs: number, body: JsonValue | string): RecordEntry {
    const text = typeof body === 'string' ? body : canonicalJson(body);
    const entry = nextEntry(this.entries.at(-1) ?? null, { kind, subject, enteredAt: iso(atMs), body: text });
    this.entries.push(entry);
    return entry;
  }

  /** Enters a key, signed by the one before unless the test says by whom. */
  key(key: KeyObject, atMs: number, by = this.#key ?? null): void {
    const publicKey = rawPublicKey(key);
    const previousKeyId = by && keyIdOf(rawPublicKey(by));
    const unsigned = { keyId: keyIdOf(publicKey), publicKey, previousKeyId };
    const signature = signatureOf(keyStatement(unsigned, this.entries.length + 1), by ?? key);
    this.add('key', unsigned.keyId, atMs, { ...unsigned, signature });
    this.#key = key;
  }

  forecast(id: string, atMs: number, changes: Partial<ForecastBody> = {}): ForecastBody {
    const body = sampleForecast(atMs, changes);
    this.add('forecast', id, atMs, body as unknown as JsonValue);
    return body;
  }

  outcome(id: string, atMs: number, forecast: ForecastBody, close: number, changes: object = {}): void {
    const scores = scoreOutcome({ ...forecast, levels: RECORD_LEVELS }, close);
    const times = { maturedAt: forecast.target, scoredAt: iso(atMs) };
    this.add('outcome', id, atMs, { state: 'matured', close, ...scores, ...times, ...changes });
  }

  /** Signs all hours with entries and without a root. */
  sign(key = this.#key): void {
    const first = this.roots.at(-1)?.lastSeq ?? 0;
    const hours = Map.groupBy(this.entries.slice(first), ({ enteredAt }) => hourOf(enteredAt));
    for (const [hour, entries] of hours) {
      const unsigned = {
        hour,
        firstSeq: entries[0]!.seq,
        lastSeq: entries.at(-1)!.seq,
        root: merkleRoot(entries.map(({ hash }) => hash)),
        previousRoot: this.roots.at(-1)?.root ?? NO_HASH,
        keyId: keyIdOf(rawPublicKey(key!)),
        signedAt: iso(Date.parse(hour) + HOUR_MS + 5_000),
      };
      this.roots.push({ ...unsigned, signature: signatureOf(rootStatement(unsigned), key!) });
    }
  }
}

export function sampleForecast(atMs: number, changes: Partial<ForecastBody> = {}): ForecastBody {
  const horizonHours = changes.horizonHours ?? 1;
  const origin = atMs - (atMs % HOUR_MS);
  return {
    feed: 'live',
    source: 'live',
    instrument: 'BTC-USD',
    venue: 'binance',
    origin: iso(origin),
    horizonHours,
    target: iso(origin + horizonHours * HOUR_MS),
    model: 'har@1',
    role: 'champion',
    canonical: true,
    price: 100_000,
    quantiles: QUANTILES,
    probabilityUp: 0.52,
    volatility: 0.011,
    baselines: { ewma_rw: QUANTILES.map((q) => q * 1.2), uncond_1y: QUANTILES.map((q) => q * 1.4) },
    issuedAt: iso(atMs - 500),
    recordedAt: iso(atMs - 300),
    timeliness: 'on_time',
    inSample: false,
    ...changes,
  };
}

/** Forecasts of `hours` hours, each with its outcome an hour later, a rotation of the key in the middle, all signed. */
export function sampleRecord(hours: number): SampleWriter {
  const record = new SampleWriter();
  record.key(newKey(), START);
  const open: [string, ForecastBody][] = [];
  for (let hour = 0; hour < hours; hour++) {
    const at = START + hour * HOUR_MS + 60_000;
    for (const [id, forecast] of open.splice(0))
      record.outcome(id, at, forecast, 100_000 * (1 + hour / 1_000));
    const id = `f${hour}`;
    open.push([id, record.forecast(id, at + 1_000)]);
    if (hour === Math.floor(hours / 2)) {
      record.sign(); // the hours before, this one included by a fresh key below
      record.roots.pop();
      record.key(newKey(), at + 2_000);
    }
  }
  record.sign();
  return record;
}

/** Reads a record as a client does: entries, each root after its last entry. */
export function verify({ entries, roots }: SampleRecord): RecordSummary {
  const verifier = new RecordVerifier();
  const rest = [...roots];
  for (const entry of entries) {
    verifier.addEntry(entry);
    while (rest[0] && rest[0].lastSeq <= entry.seq) verifier.addRoot(rest.shift()!);
  }
  for (const root of rest) verifier.addRoot(root);
  return verifier.summary();
}
