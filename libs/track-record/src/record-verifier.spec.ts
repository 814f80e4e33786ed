import { describe, expect, it } from '@jest/globals';
import { scoreOutcome } from '@btcforecast/timeseries';
import fc from 'fast-check';
import {
  HOUR_MS,
  iso,
  newKey,
  sampleForecast,
  sampleRecord,
  SampleWriter,
  START,
  verify,
} from '../test/sample-record.js';
import { BrokenRecordError } from './broken-record.error.js';
import { RECORD_LEVELS } from './record-bodies.js';

const MINUTE_MS = 60_000;
/** A record that has its first key. */
function begun(): SampleWriter {
  const record = new SampleWriter();
  record.key(newKey(), START);
  return record;
}

describe('a sound record', () => {
  it('is accepted, with its counts, keys and roots', () => {
    const record = sampleRecord(6);
    expect(verify(record)).toMatchObject({
      entries: 13,
      forecasts: 6,
      outcomes: 5,
      unproven: 0,
      unsigned: 0,
      head: record.entries.at(-1)!.hash,
    });
    expect(verify(record).roots).toHaveLength(6);
    expect(verify(record).keys.map(({ since }) => since)).toEqual([1, 9]);
  });

  it('may be empty, and may end with an hour that is not signed yet', () => {
    expect(verify({ entries: [], roots: [] })).toMatchObject({ entries: 0, head: null, unsigned: 0 });
    const record = sampleRecord(6);
    record.roots.pop();
    expect(verify(record)).toMatchObject({ entries: 13, unsigned: 2 });
  });

  it('gives the public score of what counts, and of nothing else', () => {
    const record = begun();
    const at = START + MINUTE_MS;
    const counted = record.forecast('a', at);
    const others = {
      b: { timeliness: 'late' },
      c: { inSample: true },
      d: { canonical: false },
      e: { canonical: false, role: 'challenger' },
    } as const;
    for (const [id, changes] of Object.entries(others)) record.forecast(id, at, changes);
    const unproven = record.forecast('f', START + HOUR_MS + MINUTE_MS, {
      ...sampleForecast(at),
      unproven: true,
    });
    record.outcome('a', START + HOUR_MS + 2 * MINUTE_MS, counted, 100_300);
    for (const id of Object.keys(others)) {
      record.outcome(id, START + HOUR_MS + 2 * MINUTE_MS, sampleForecast(at, others[id as 'b']), 105_000);
    }
    record.outcome('f', START + HOUR_MS + 2 * MINUTE_MS, unproven, 90_000);
    const scores = scoreOutcome({ ...counted, levels: RECORD_LEVELS }, 100_300);
    expect(verify(record)).toMatchObject({ unproven: 1, outcomes: 6 });
    expect(verify(record).scores).toEqual([
      {
        feed: 'live',
        instrument: 'BTC-USD',
        horizonHours: 1,
        counted: 1,
        unproven: 1,
        others: 2,
        pinball: 10_000 * scores.pinball,
        crps: 10_000 * scores.crps,
        coverage: { '50': 1, '80': 1, '90': 1 },
        baselinePinball: {
          ewma_rw: 10_000 * scores.baselinePinball.ewma_rw!,
          uncond_1y: 10_000 * scores.baselinePinball.uncond_1y!,
        },
      },
    ]);
  });

  it('may hold a forecast that is void', () => {
    const record = begun();
    record.forecast('a', START + MINUTE_MS);
    const times = { maturedAt: iso(START + HOUR_MS), scoredAt: iso(START + 8 * 24 * HOUR_MS) };
    record.add('outcome', 'a', START + 8 * 24 * HOUR_MS, { state: 'void', ...times });
    expect(verify(record)).toMatchObject({ outcomes: 1, scores: [{ counted: 0, others: 1, pinball: null }] });
  });
});

describe('a broken record', () => {
  const record = sampleRecord(6);
  const flip = (text: string, at: number) => {
    const i = at % text.length;
    return text.slice(0, i) + (text[i] === '1' ? '2' : '1') + text.slice(i + 1);
  };

  it('is found out whichever character of an entry is changed', () => {
    const fields = ['subject', 'enteredAt', 'body', 'previous', 'hash'] as const;
    fc.assert(
      fc.property(fc.nat(12), fc.constantFrom(...fields), fc.nat(), (index, field, at) => {
        const entry = record.entries[index]!;
        const changed = { ...entry, [field]: flip(entry[field], at) };
        const entries = record.entries.with(index, changed);
        expect(() => verify({ ...record, entries })).toThrow(new RegExp(`^entry ${index + 1}: `));
      }),
    );
  });

  it('is found out whichever character of a root is changed', () => {
    const fields = ['hour', 'root', 'previousRoot', 'keyId', 'signature', 'signedAt'] as const;
    fc.assert(
      fc.property(fc.nat(5), fc.constantFrom(...fields), fc.nat(), (index, field, at) => {
        const root = record.roots[index]!;
        // The last characters of base64 hold bits that mean nothing.
        const position = field === 'signature' ? at % 84 : at;
        const roots = record.roots.with(index, { ...root, [field]: flip(root[field], position) });
        expect(() => verify({ ...record, roots })).toThrow(BrokenRecordError);
      }),
    );
  });

  it('is found out when an entry is left out, comes twice or changes its place', () => {
    for (let i = 0; i < 12; i++) {
      const { entries } = record;
      expect(() => verify({ ...record, entries: entries.toSpliced(i, 1) })).toThrow(BrokenRecordError);
      expect(() => verify({ ...record, entries: entries.toSpliced(i, 0, entries[i]!) })).toThrow(
        BrokenRecordError,
      );
      const swapped = entries.with(i, entries[i + 1]!).with(i + 1, entries[i]!);
      expect(() => verify({ ...record, entries: swapped })).toThrow(BrokenRecordError);
    }
  });

  it('is found out when a root is left out', () => {
    for (let i = 0; i < 5; i++) {
      expect(() => verify({ ...record, roots: record.roots.toSpliced(i, 1) })).toThrow(
        /does not follow|of another hour/,
      );
    }
  });

  it.each([
    [
      'the same forecast twice',
      (r: SampleWriter) => [r.forecast('a', at), r.forecast('a', at)],
      /entry 3: forecast a comes twice/,
    ],
    [
      'the same outcome twice',
      (r: SampleWriter) => {
        const f = r.forecast('a', at);
        r.outcome('a', at, f, 100_001);
        r.outcome('a', at, f, 100_001);
      },
      /entry 4: the outcome of a comes twice/,
    ],
    [
      'an outcome of nothing',
      (r: SampleWriter) => r.outcome('a', at, sampleForecast(at), 1),
      /entry 2: .* not in the record/,
    ],
    [
      'a score that is too good',
      (r: SampleWriter) => r.outcome('a', at, r.forecast('a', at), 100_900, { pinball: 1e-5 }),
      /entry 3: its score pinball is 0.00001, but the forecast's own numbers give/,
    ],
    [
      'a hit that was none',
      (r: SampleWriter) => r.outcome('a', at, r.forecast('a', at), 99_000, { covered50: true }),
      /entry 3: its score covered50 is true/,
    ],
    [
      'a baseline made worse',
      (r: SampleWriter) =>
        r.outcome('a', at, r.forecast('a', at), 100_100, { baselinePinball: { ewma_rw: 1, uncond_1y: 1 } }),
      /entry 3: its score ewma_rw is 1/,
    ],
    [
      'a late live entry that is not marked',
      (r: SampleWriter) => r.forecast('a', START + HOUR_MS, sampleForecast(at)),
      /entry 2: it is marked as proven or unproven against its own times/,
    ],
    [
      'a target that is not its horizon',
      (r: SampleWriter) => r.forecast('a', at, { target: iso(START + 2 * HOUR_MS) }),
      /entry 2: its target/,
    ],
    [
      'quantiles that cross',
      (r: SampleWriter) => r.forecast('a', at, { quantiles: [3, 2, 1, 0, 1, 2, 3] }),
      /entry 2: its body is no forecast: quantiles must not fall/,
    ],
    [
      'a body that is written otherwise',
      (r: SampleWriter) => r.add('forecast', 'a', at, ` ${JSON.stringify(sampleForecast(at))}`),
      /not written canonically/,
    ],
    [
      'a body that is no JSON',
      (r: SampleWriter) => r.add('forecast', 'a', at, '{'),
      /entry 2: its body is not JSON/,
    ],
    [
      'an entry before the one before',
      (r: SampleWriter) => r.forecast('a', START - 1),
      /entry 2: it entered before/,
    ],
    [
      'a key that nobody signed',
      (r: SampleWriter) => r.key(newKey(), at, newKey()),
      /entry 2: it does not name the key before/,
    ],
    [
      'an entry in an hour that was signed',
      (r: SampleWriter) => (r.sign(), r.forecast('a', at)),
      /entry 2: its hour had been signed already/,
    ],
  ])('is found out when it holds %s', (_what, write, reason) => {
    const bad = begun();
    write(bad);
    expect(() => verify(bad)).toThrow(reason);
  });

  it('is found out when it does not begin with a key', () => {
    const bad = new SampleWriter();
    bad.forecast('a', at);
    expect(() => verify(bad)).toThrow('entry 1: the chain must begin with a key');
  });

  it('is found out when a key is signed by another one than it names', () => {
    const bad = begun();
    const forger = newKey();
    const good = sampleRecord(2).entries.find(({ seq, kind }) => kind === 'key' && seq > 1)!;
    bad.add('key', good.subject, at, good.body);
    expect(() => verify(bad)).toThrow(/entry 2: it does not name the key before/);
    const other = begun();
    const body = JSON.parse(other.entries[0]!.body) as { keyId: string };
    other.key(newKey(), at, forger);
    const forged = JSON.parse(other.entries.pop()!.body) as object;
    other.add('key', (forged as { keyId: string }).keyId, at, { ...forged, previousKeyId: body.keyId });
    expect(() => verify(other)).toThrow(/entry 2: the key [0-9a-f]{16} is not signed by the key before/);
  });

  it('is found out when a root is signed by a key that was not in force', () => {
    const bad = begun();
    bad.forecast('a', at);
    bad.sign(newKey());
    expect(() => verify(bad)).toThrow(/was not the key in force/);
  });
});

const at = START + MINUTE_MS;
