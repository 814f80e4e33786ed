import { describe, expect, it } from '@jest/globals';
import type { AuditBody, AuditExportEntry } from '@btcforecast/contracts';
import { BrokenRecordError } from '@btcforecast/track-record';
import fc from 'fast-check';
import { bodyText, linkHash, nextEntries, NO_LINK } from './audit-entry.js';
import { AuditVerifier, type KnownHead } from './audit-verifier.js';

const body = (n: number, text: string): string =>
  bodyText({
    ...{ id: `id-${n}`, at: '2026-01-01T00:00:00.000Z', tenant: 'acme', kind: 'key', actor: 'key 1' },
    ...{ action: 'keys:write POST /v1/keys', subject: text, address: null, userAgent: null },
    ...{ requestId: null, outcome: n % 3 === 0 ? 'refused' : 'done', status: 200, code: null },
    ...{ count: 1 + (n % 2), detail: { text } },
  } satisfies AuditBody);

/** An export: entries, of some of which the reader sees the link alone. */
const exports = fc
  .array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.boolean()), { minLength: 2, maxLength: 20 })
  .map((rows) =>
    nextEntries(
      null,
      rows.map(([text], n) => body(n, text)),
    ).map(({ body: own, ...link }, n): AuditExportEntry => (rows[n]![1] ? { ...link, body: own } : link)),
  );

function verify(
  entries: readonly AuditExportEntry[],
  {
    end = entries.at(-1),
    known = null,
    after = 0,
  }: { end?: object | undefined; known?: KnownHead | null; after?: number } = {},
) {
  const verifier = new AuditVerifier(after, known);
  for (const entry of entries) verifier.addEntry(entry);
  const { seq, hash } = (end ?? { seq: 0, hash: NO_LINK }) as { seq: number; hash: string };
  verifier.addEnd({ end: true, seq, hash });
  return verifier.summary();
}
const pick = (n: number, length: number) => n % length;

describe('an export of the audit log', () => {
  it('that is whole and untouched is found so, and so is any later piece of it', () => {
    fc.assert(
      fc.property(exports, fc.nat(), (entries, n) => {
        const own = entries.filter((entry) => entry.body !== undefined).length;
        const head = entries.at(-1)!.hash;
        expect(verify(entries)).toMatchObject({ first: 1, last: entries.length, own, head });
        const after = pick(n, entries.length + 1);
        const known = { seq: after, hash: after === 0 ? NO_LINK : entries[after - 1]!.hash };
        const later = verify(entries.slice(after), { after, known, end: entries.at(-1) });
        expect(later).toMatchObject({ head, last: entries.length });
      }),
    );
  });

  it('may be empty', () => {
    expect(verify([])).toEqual({ first: 0, last: 0, own: 0, others: 0, head: NO_LINK, outcomes: {} });
  });

  it('with an entry left out, moved, doubled or put in is found broken', () => {
    const changes: ((entries: AuditExportEntry[], i: number, j: number) => AuditExportEntry[])[] = [
      (entries, i) => entries.toSpliced(i, 1),
      (entries, i) => entries.toSpliced(i, 0, entries[i]!),
      (entries, i, j) => entries.with(i, entries[j]!).with(j, entries[i]!),
      (entries, i) => {
        const before = i === 0 ? null : entries[i - 1]!;
        return entries.toSpliced(i, 0, nextEntries(before, [body(99, 'forged')])[0]!);
      },
    ];
    fc.assert(
      fc.property(exports, fc.nat(), fc.nat(), fc.constantFrom(...changes), (entries, n, m, change) => {
        const [i, j] = [pick(n, entries.length), pick(m, entries.length)];
        const changed = change(entries, i, j);
        fc.pre(JSON.stringify(changed) !== JSON.stringify(entries));
        expect(() => verify(changed, { end: entries.at(-1) })).toThrow(BrokenRecordError);
      }),
    );
  });

  it('with any field of any entry changed is found broken, whether or not its own hash was made to fit', () => {
    const fields = fc.constantFrom('seq', 'digest', 'previous', 'hash', 'body');
    fc.assert(
      fc.property(exports, fc.nat(), fields, fc.boolean(), (entries, n, field, rehash) => {
        const i = pick(n, entries.length);
        const entry = { ...entries[i]! };
        if (field === 'seq') entry.seq += 1;
        else if (field === 'body') entry.body = body(7, 'something else');
        else entry[field] = `${entry[field].startsWith('a') ? 'b' : 'a'}${entry[field].slice(1)}`;
        if (rehash) entry.hash = linkHash(entry);
        fc.pre(JSON.stringify(entry) !== JSON.stringify(entries[i]));
        expect(() => verify(entries.with(i, entry), { end: entries.at(-1) })).toThrow(BrokenRecordError);
      }),
    );
  });

  it('that was cut off at its end is found broken', () => {
    fc.assert(
      fc.property(exports, fc.nat(), (entries, n) => {
        const kept = entries.slice(0, pick(n, entries.length));
        expect(() => verify(kept, { end: entries.at(-1) })).toThrow(BrokenRecordError);
        const verifier = new AuditVerifier();
        for (const entry of kept) verifier.addEntry(entry);
        expect(() => verifier.summary()).toThrow('it is not whole');
      }),
    );
  });

  it('that was rewritten throughout is found broken by whoever kept a head of it', () => {
    fc.assert(
      fc.property(exports, fc.nat(), fc.nat(), (entries, n, m) => {
        const i = pick(n, entries.length);
        const rewritten = nextEntries(
          null,
          entries.map((entry, at) => (at === i ? body(at, 'rewritten') : (entry.body ?? body(at, 'other')))),
        );
        fc.pre(rewritten[i]!.hash !== entries[i]!.hash);
        expect(verify(rewritten).last).toBe(entries.length);
        const at = i + pick(m, entries.length - i);
        const known = { seq: at + 1, hash: entries[at]!.hash };
        expect(() => verify(rewritten, { known })).toThrow('was rewritten');
        expect(() => verify(entries.slice(0, at), { known })).toThrow('is not in this export');
      }),
    );
  });

  it('with a body of another form, or not in its one text, is found broken', () => {
    const forged = [
      '{"a":1}',
      'no JSON',
      body(1, 'x').replace('{', '{ '),
      body(1, 'x').replace('"count":2', '"count":0'),
    ];
    for (const text of forged) expect(() => verify(nextEntries(null, [text]))).toThrow(BrokenRecordError);
  });
});
