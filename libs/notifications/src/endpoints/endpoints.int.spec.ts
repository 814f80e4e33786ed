import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SecretBox } from '@btcforecast/platform';
import { askerOf, NotificationsBench } from '../../test/notifications-bench.js';
import { MAX_ENDPOINTS } from './endpoint.service.js';
import { SecretRepository } from './secret.repository.js';

let bench: NotificationsBench;
beforeAll(async () => {
  bench = await NotificationsBench.open();
});
afterAll(() => bench.close());

const notFound = { kind: 'caller', code: 'webhook.not_found' };
const forbidden = { kind: 'caller', code: 'access.forbidden' };

describe('endpoints', () => {
  it('are made, listed in pages, changed and deleted by their tenant', async () => {
    const made = [];
    for (const description of ['one', 'two', 'three']) {
      bench.clock.advance(1_000);
      made.unshift(await bench.addEndpoint({ description }));
    }
    const first = await bench.endpoints.list(askerOf('acme'), { limit: 2 });
    expect(first.data).toEqual(made.slice(0, 2));
    const second = await bench.endpoints.list(askerOf('acme'), { limit: 2, cursor: first.next! });
    expect(second).toEqual({ data: made.slice(2), next: null });
    const changed = await bench.endpoints.update(askerOf('acme'), made[0]!.id, {
      description: 'new',
      horizons: ['24h'],
    });
    expect(changed).toMatchObject({ description: 'new', horizons: ['24h'], url: made[0]!.url });
    for (const { id } of made) await bench.endpoints.delete(askerOf('acme'), id);
    expect(await bench.endpoints.list(askerOf('acme'), { limit: 2 })).toEqual({ data: [], next: null });
  });

  it('of another tenant do not exist, whatever is asked', async () => {
    const { id } = await bench.addEndpoint();
    const asked = [
      () => bench.endpoints.get(askerOf('other'), id),
      () => bench.endpoints.update(askerOf('other'), id, { enabled: false }),
      () => bench.endpoints.delete(askerOf('other'), id),
      () => bench.secrets.show(askerOf('other'), id),
      () => bench.secrets.rotate(askerOf('other'), id, { overlapHours: 1 }),
      () => bench.queries.list(askerOf('other'), id, { limit: 10 }),
      () => bench.queries.get(askerOf('other'), id, id),
      () => bench.replay.replayOne(askerOf('other'), id, id),
      () => bench.replay.replayRange(askerOf('other'), id, { from: 0, to: 1, include: ['failed'] }),
      () => bench.replay.test(askerOf('other'), id),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject(notFound);
    expect((await bench.endpoints.list(askerOf('other'), { limit: 10 })).data).toEqual([]);
    expect(await bench.endpoints.get(askerOf('acme'), id)).toMatchObject({ enabled: true });
    await bench.endpoints.delete(askerOf('acme'), id);
  });

  it('are no more than a tenant may have, however many are made at once', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: MAX_ENDPOINTS + 10 }, () => bench.addEndpoint({}, askerOf('other'))),
    );
    const refused = tries.filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(10);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ kind: 'caller', code: 'webhook.conflict' });
    await bench.dataSource.query(`DELETE FROM webhook_endpoints WHERE tenant = 'other'`);
  });

  it('have an address that may be called', async () => {
    const refused = { kind: 'caller', code: 'webhook.refused' };
    await expect(bench.addEndpoint({ url: 'https://169.254.169.254/' })).rejects.toMatchObject(refused);
    const { id } = await bench.addEndpoint();
    const change = { url: 'http://10.0.0.1/' };
    await expect(bench.endpoints.update(askerOf('acme'), id, change)).rejects.toMatchObject(refused);
    await bench.endpoints.delete(askerOf('acme'), id);
  });

  it('tell no more than whoever makes or changes them may ask about', async () => {
    const narrow = askerOf('acme', { instruments: ['ETH-USD'], horizons: ['24h'] });
    const own = await bench.addEndpoint({}, narrow);
    expect(own).toMatchObject({ instruments: ['ETH-USD'], horizons: ['24h'] });
    await expect(bench.addEndpoint({ instruments: ['BTC-USD'] }, narrow)).rejects.toMatchObject(forbidden);
    await expect(bench.addEndpoint({ horizons: ['1h', '24h'] }, narrow)).rejects.toMatchObject(forbidden);
    await expect(bench.endpoints.update(narrow, own.id, { instruments: null })).rejects.toMatchObject(
      forbidden,
    );
    const wide = await bench.addEndpoint();
    // Else it could have what it may not see sent to an address of its own, or read it in the log.
    const hidden = { kind: 'caller', code: 'webhook.not_found' };
    const change = { url: 'http://127.0.0.2/' };
    await expect(bench.endpoints.update(narrow, wide.id, change)).rejects.toMatchObject(hidden);
    await expect(bench.secrets.show(narrow, wide.id)).rejects.toMatchObject(hidden);
    await expect(bench.queries.list(narrow, wide.id, { limit: 1 })).rejects.toMatchObject(hidden);
    await expect(bench.replay.test(narrow, wide.id)).rejects.toMatchObject(hidden);
    expect((await bench.endpoints.list(narrow, { limit: 10 })).data).toEqual([own]);
    const poor = askerOf('acme', { permissions: new Set(['webhooks:write']) });
    await expect(bench.addEndpoint({}, poor)).rejects.toMatchObject(forbidden);
    await expect(bench.endpoints.update(poor, wide.id, { description: 'mine' })).rejects.toMatchObject(
      forbidden,
    );
    for (const { id } of [own, wide]) await bench.endpoints.delete(askerOf('acme'), id);
  });

  it('keep to what is enabled: disabling says when and why, enabling begins with a clean record', async () => {
    const { id } = await bench.addEndpoint();
    await bench.dataSource.query(
      `UPDATE webhook_endpoints SET failures = 7, failing_since = now(), paused_until = now() WHERE id = $1`,
      [id],
    );
    const off = await bench.endpoints.update(askerOf('acme'), id, { enabled: false });
    const at = new Date(bench.clock.now()).toISOString();
    expect(off).toMatchObject({ enabled: false, disabled: { reason: 'requested', at } });
    expect(off.health.failuresInRow).toBe(7);
    const on = await bench.endpoints.update(askerOf('acme'), id, { enabled: true });
    expect(on).toMatchObject({ enabled: true, disabled: null });
    expect(on.health).toMatchObject({ failuresInRow: 0, failingSince: null, pausedUntil: null });
    await bench.endpoints.delete(askerOf('acme'), id);
  });
});

describe('the secrets of an endpoint', () => {
  it('are shown by their route, and lie encrypted in the database', async () => {
    const { id } = await bench.addEndpoint();
    const { data } = await bench.secrets.show(askerOf('acme'), id);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ secret: expect.stringMatching(/^whsec_/), expiresAt: null });
    const stored = JSON.stringify(
      await bench.dataSource.query(`SELECT *, encode(sealed, 'base64') FROM webhook_secrets`),
    );
    const bytes = Buffer.from(data[0]!.secret.slice(6), 'base64');
    for (const form of ['hex', 'base64'] as const)
      expect(stored).not.toContain(bytes.toString(form).slice(0, 20));
    const foreign = new SecretRepository(bench.dataSource, new SecretBox(undefined));
    await expect(foreign.listValid(id, new Date())).rejects.toMatchObject({ code: 'service.not_ready' });
    await bench.endpoints.delete(askerOf('acme'), id);
    expect(await bench.dataSource.query('SELECT FROM webhook_secrets')).toEqual([]);
  });

  it('are rotated with an overlap: the old ones are valid until they expire, and are few', async () => {
    const { id } = await bench.addEndpoint();
    const [before] = (await bench.secrets.show(askerOf('acme'), id)).data;
    await bench.secrets.rotate(askerOf('acme'), id, { overlapHours: 2 });
    const both = (await bench.secrets.show(askerOf('acme'), id)).data;
    const expiresAt = new Date(bench.clock.now() + 2 * 3_600_000).toISOString();
    expect(both[1]).toEqual({ ...before, expiresAt });
    expect(both[0]!.secret).not.toBe(before!.secret);
    bench.clock.advance(2 * 3_600_000);
    expect((await bench.secrets.show(askerOf('acme'), id)).data).toEqual([both[0]]);
    const rotations = await Promise.allSettled(
      Array.from({ length: 5 }, () => bench.secrets.rotate(askerOf('acme'), id, { overlapHours: 24 })),
    );
    expect(rotations.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    expect((await bench.secrets.show(askerOf('acme'), id)).data).toHaveLength(4);
    await bench.endpoints.delete(askerOf('acme'), id);
  });
});
