import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_LIMITS, TrackRecordProof, TrackRecordReply } from '@btcforecast/contracts';
import { verifyProof } from '@btcforecast/track-record';
import { downloadRecord } from '../../test/read-record.js';
import { HOUR_MS, MINUTE_MS, RecordBench, START } from '../../test/record-bench.js';
import { PerformanceRepository } from '../performance/performance.repository.js';
import { TrackRecordKeyFile } from './track-record-key.file.js';
import { TrackRecordService } from './track-record.service.js';

let bench: RecordBench;

beforeEach(async () => {
  bench = await RecordBench.open();
});
afterEach(() => bench.close());

describe('what clients read', () => {
  it('leaves out of the public score what entered at or after its target', async () => {
    const [settled] = await bench.issue(START); // of one hour
    await bench.service.extend();
    const late = await bench.issue(START + 2 * HOUR_MS);
    bench.nowMs = START + 3 * HOUR_MS;
    await bench.service.extend();
    await bench.settle([settled!, late[0]!]);
    await bench.service.extend();
    const scope = {
      feed: 'live',
      instrument: 'BTC-USD',
      horizonHours: 1,
      since: 0,
      until: Date.UTC(2100, 0, 1),
    };
    const performance = new PerformanceRepository(bench.market.dataSource);
    const counted = await performance.listCounted(scope, 10);
    expect(counted.map(({ originAt }) => originAt.getTime())).toEqual([START]);
    expect(await performance.countExcluded(scope)).toMatchObject({ unproven: 1, pending: 0 });
    const [row] = (await bench.summary()).scores;
    expect(row).toMatchObject({ counted: 1, unproven: 1 });
    expect(row!.pinball).toBeCloseTo(10_000 * counted[0]!.pinball, 12);
  });

  it('is the same record whatever the size of the pages, within the contract', async () => {
    for (let hour = 0; hour < 3; hour++) {
      await bench.issue(START + hour * HOUR_MS);
      bench.nowMs = START + hour * HOUR_MS + MINUTE_MS;
      await bench.service.extend();
    }
    const whole = await downloadRecord(bench.queries);
    expect(whole.roots).toHaveLength(2);
    for (const limit of [1, 2, 5, 13]) expect(await downloadRecord(bench.queries, limit)).toEqual(whole);
    const page = await bench.queries.page(0, 500);
    expect(TrackRecordReply.parse(page)).toEqual(page);
    expect(await bench.queries.page(13, 500)).toMatchObject({ entries: [], roots: [], next: null });
  });

  it('proves each forecast once its hour is signed', async () => {
    const rows = await bench.issue(START);
    const [{ id }] = rows as [(typeof rows)[0]];
    await expect(bench.queries.proof(id, NO_LIMITS)).rejects.toMatchObject({
      code: 'track_record.not_entered',
    });
    await bench.service.extend();
    await expect(bench.queries.proof(id, NO_LIMITS)).rejects.toThrow(/its hour is signed when it has ended/);
    bench.nowMs += HOUR_MS;
    await bench.service.extend();
    for (const row of rows) {
      const proof = TrackRecordProof.parse(await bench.queries.proof(row.id, NO_LIMITS));
      expect(verifyProof(row.id, proof)).toMatchObject({ origin: row.originAt.toISOString(), price: 100 });
    }
    await expect(bench.queries.proof('f'.repeat(64), NO_LIMITS)).rejects.toMatchObject({
      code: 'forecast.not_found',
    });
  });

  it('says how far the record has come', async () => {
    await expect(bench.service.state()).resolves.toEqual({ entries: 0, lagSeconds: 0, rootAgeSeconds: null });
    const real = new TrackRecordService(bench.market.dataSource, new TrackRecordKeyFile(bench.keyPath));
    await bench.issue(START);
    await expect(real.state()).resolves.toMatchObject({ entries: 0, lagSeconds: expect.any(Number) });
    expect((await real.state()).lagSeconds).toBeGreaterThan(0);
    await bench.service.extend();
    bench.nowMs += HOUR_MS;
    await bench.service.extend();
    await expect(bench.service.state()).resolves.toEqual({ entries: 5, lagSeconds: 0, rootAgeSeconds: 60 });
  });
});
