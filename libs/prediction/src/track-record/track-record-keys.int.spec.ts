import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, RecordBench, START } from '../../test/record-bench.js';
import { TrackRecordKeyFile } from './track-record-key.file.js';
import { TrackRecordService } from './track-record.service.js';

let bench: RecordBench;

beforeEach(async () => {
  bench = await RecordBench.open();
});
afterEach(() => bench.close());

describe('keys', () => {
  it('are rotated in the chain, each signed by the one before', async () => {
    await bench.issue(START);
    await bench.service.extend();
    const old = await readFile(bench.keyPath, 'utf8');
    bench.nowMs = START + HOUR_MS + MINUTE_MS;
    const rotated = await bench.service.rotateKey();
    expect(rotated).toMatchObject({ seq: 6 });
    expect(await readFile(bench.keyPath, 'utf8')).not.toBe(old);
    await bench.issue(START + HOUR_MS);
    await bench.service.extend();
    bench.nowMs += HOUR_MS;
    await bench.service.extend();
    const { keys, roots } = await bench.summary();
    expect(keys.map(({ keyId }) => keyId)).toEqual([rotated.previousKeyId, rotated.keyId]);
    expect(roots.map(({ keyId }) => keyId)).toEqual([rotated.previousKeyId, rotated.keyId]);
  });

  it('survive a rotation that is cut short before or after it is entered', async () => {
    await bench.issue(START);
    await bench.service.extend();
    const file = new TrackRecordKeyFile(bench.keyPath);
    await file.prepareNext(); // cut short before: the old key goes on
    bench.nowMs += HOUR_MS;
    await expect(bench.service.extend()).resolves.toMatchObject({ signed: 1 });
    class CutShort extends TrackRecordKeyFile {
      override adoptNext(): Promise<void> {
        return Promise.reject(new Error('killed'));
      }
    }
    const mortal = new TrackRecordService(bench.market.dataSource, new CutShort(bench.keyPath), () =>
      Promise.resolve(bench.nowMs),
    );
    await expect(mortal.rotateKey()).rejects.toThrow('killed');
    bench.nowMs += HOUR_MS;
    await expect(bench.service.extend()).resolves.toMatchObject({ signed: 1 }); // by the new key, now in its place
    expect((await bench.summary()).keys).toHaveLength(2);
  });

  it('when missing, delay the proof and not the record, and no other key takes their place', async () => {
    await bench.issue(START);
    await bench.service.extend();
    const key = await readFile(bench.keyPath, 'utf8');
    await rm(bench.keyPath);
    await bench.issue(START + HOUR_MS);
    bench.nowMs += HOUR_MS;
    await expect(bench.service.extend()).rejects.toMatchObject({ kind: 'caller', code: 'config.invalid' });
    expect(await bench.summary()).toMatchObject({ entries: 9, roots: [] });
    await new TrackRecordKeyFile(bench.keyPath).first();
    await expect(bench.service.extend()).rejects.toThrow(/holds the key [0-9a-f]{16}: bring that key back/);
    await writeFile(bench.keyPath, key);
    await expect(bench.service.extend()).resolves.toMatchObject({ signed: 1 });
  });

  it('are refused when the file holds something else', async () => {
    await new TrackRecordKeyFile(bench.keyPath).first();
    await writeFile(bench.keyPath, 'hello');
    await expect(bench.service.extend()).rejects.toThrow(/holds no ed25519 private key in PEM/);
  });

  it('cannot be rotated in an empty record', async () => {
    await expect(bench.service.rotateKey()).rejects.toMatchObject({ code: 'track_record.not_entered' });
  });
});
