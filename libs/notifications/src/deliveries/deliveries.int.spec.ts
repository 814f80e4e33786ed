import { createPublicKey, verify } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { Webhook } from 'standardwebhooks';
import { DeliveryBench, MINUTE_MS } from '../../test/delivery-bench.js';
import { askerOf, type NotificationsBench } from '../../test/notifications-bench.js';

let desk: DeliveryBench;
let all: NotificationsBench;
beforeAll(async () => {
  desk = await DeliveryBench.open();
  ({ all } = desk);
});
beforeEach(() => desk.begin());
afterAll(() => desk.close());

const jobs = async () => (await all.jobs.queue('notifications')).getJobs(['delayed', 'waiting']);

function answerForEver(response: ServerResponse): void {
  response.writeHead(500);
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  };
  response.on('drain', more);
  more();
}

describe('a delivery', () => {
  it('is a Standard Webhooks message that foreign verifiers accept, for the old key and the new', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url('/hook?a=b') });
    const before = (await all.secrets.show(askerOf('acme'), id)).data[0]!;
    await all.secrets.rotate(askerOf('acme'), id, { overlapHours: 24 });
    const [after] = (await all.secrets.show(askerOf('acme'), id)).data;
    await desk.happen();
    expect(await desk.deliverDue()).toEqual(['delivered']);
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = desk.receiver.received;
    expect(path).toBe('/hook?a=b');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'btcforecast-webhooks/1',
    });
    for (const { secret, publicKey } of [before, after!]) {
      const message = new Webhook(secret).verify(body, headers as Record<string, string>);
      expect(message).toMatchObject({ type: 'forecast.issued', data: { horizon: '24h' } });
      const x = Buffer.from(publicKey.slice(5), 'base64').toString('base64url');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
      const valid = String(headers['webhook-signature'])
        .split(' ')
        .filter(
          (each) =>
            each.startsWith('v1a,') && verify(null, signed, key, Buffer.from(each.slice(4), 'base64')),
        );
      expect(valid).toHaveLength(1);
    }
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(4);
    expect(await desk.only(id)).toMatchObject({
      state: 'delivered',
      attempts: 1,
      nextAttemptAt: null,
      eventId: headers['webhook-id'],
    });
    expect(await all.endpoints.get(askerOf('acme'), id)).toMatchObject({
      health: { lastSuccessAt: expect.any(String) },
    });
  });

  it('that fails is tried again on schedule with the same id, a new time and a new signature', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    desk.receiver.answers.push(500);
    await desk.happen();
    expect(await desk.deliverDue()).toEqual(['retry']);
    const [job] = await jobs();
    expect(job).toMatchObject({ name: 'deliver_webhook', data: { deliveryId: (await desk.only(id)).id } });
    expect(job!.opts.delay).toBeGreaterThanOrEqual(5_000);
    all.clock.advance(4_999);
    expect(await desk.deliverDue()).toEqual([]);
    all.clock.advance(1_002);
    expect(await desk.deliverDue()).toEqual(['delivered']);
    const [first, second] = desk.receiver.received.map(({ headers, body }): Record<string, unknown> => ({
      ...headers,
      body,
    }));
    expect(second!['webhook-id']).toBe(first!['webhook-id']);
    expect(second!.body).toBe(first!.body);
    expect(Number(second!['webhook-timestamp'])).toBeGreaterThan(Number(first!['webhook-timestamp']));
    expect(second!['webhook-signature']).not.toBe(first!['webhook-signature']);
    const { log } = await all.queries.get(askerOf('acme'), id, (await desk.only(id)).id);
    expect(log.map(({ status, failure }) => ({ status, failure }))).toEqual([
      { status: 204, failure: null },
      { status: 500, failure: 'answered 500' },
    ]);
  });

  const answers: Record<
    string,
    [answer: (response: ServerResponse) => void, status: number | null, failure: RegExp]
  > = {
    'a redirect into the private space': [
      (response) => void response.writeHead(302, { location: 'http://127.0.0.1/admin' }).end(),
      302,
      /redirects are not followed/,
    ],
    'a connection that is reset': [
      (response) => void response.socket?.resetAndDestroy(),
      null,
      /^connection: /,
    ],
    'an answer without end': [answerForEver, 500, /answered 500/],
    'a status that is none': [
      (response) => void response.socket?.end('HTTP/1.1 999 What\r\n\r\n'),
      999,
      /answered 999/,
    ],
    'no HTTP': [(response) => void response.socket?.end('hello'), null, /^connection: /],
  };
  it.each(Object.entries(answers).map(([what, rest]) => [what, ...rest] as const))(
    'fails at %s, and is tried again',
    async (_what, answer, status, failure) => {
      const { id } = await all.addEndpoint({ url: desk.receiver.url() });
      desk.receiver.answers.push(answer);
      await desk.happen();
      expect(await desk.deliverDue()).toEqual(['retry']);
      const { lastAttempt } = await desk.only(id);
      expect(lastAttempt).toMatchObject({ status, failure: expect.stringMatching(failure) });
      expect(lastAttempt!.response?.length ?? 0).toBeLessThanOrEqual(1_024);
    },
  );

  it('does not reach an address that its name leads to and that is not public', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    await all.dataSource.query(`UPDATE webhook_endpoints SET url = 'https://10.0.0.1/' WHERE id = $1`, [id]);
    await desk.happen();
    expect(await desk.deliverDue()).toEqual(['retry']);
    expect((await desk.only(id)).lastAttempt).toMatchObject({
      status: null,
      failure: expect.stringMatching(/^refused: /),
    });
  });

  it('is in the form that Slack takes where that is asked for', async () => {
    await all.addEndpoint({ url: desk.receiver.url(), format: 'slack' });
    await desk.happen();
    await desk.deliverDue();
    expect(JSON.parse(desk.receiver.received[0]!.body)).toEqual({
      text: expect.stringMatching(/^BTC-USD 24h: 97\.04 to 103\.05 with 90 %, median 100, for 2025-/),
    });
  });
});

describe('of several who try', () => {
  it('one makes the attempt', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    await desk.happen();
    const { id: delivery } = await desk.only(id);
    const several = Array.from({ length: 8 }, () => all.newDeliverer());
    const results = await Promise.all(several.map((each) => each.deliver(delivery)));
    expect(results.map(({ state }) => state).sort()).toEqual([
      'delivered',
      ...Array<string>(7).fill('not_due'),
    ]);
    expect(desk.receiver.received).toHaveLength(1);
  });

  it('the next does when the one has died in the middle, and not before', async () => {
    await all.addEndpoint({ url: desk.receiver.url() });
    await desk.happen();
    const [dead] = await desk.dueIds();
    await all.deliveries.claim(dead!, all.clock.now(), all.clock.now() + MINUTE_MS); // and then no more is heard
    all.clock.advance(MINUTE_MS - 1);
    expect(await desk.dueIds()).toEqual([]);
    expect(await desk.deliverer.deliver(dead!)).toEqual({ state: 'not_due' });
    all.clock.advance(1);
    expect(await desk.deliverDue()).toEqual(['delivered']);
  });

  it('one that is stopped gives back what it was about, uncounted', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    desk.receiver.answers.push(() => undefined); // no answer
    await desk.happen();
    const [due] = await desk.dueIds();
    const stopped = all.newDeliverer();
    const result = stopped.deliver(due!);
    await waitFor(() => desk.receiver.received.length === 1, {
      deadlineMs: 5_000,
      what: 'the receiver has it',
    });
    await stopped.onModuleDestroy();
    expect(await result).toEqual({ state: 'stopped' });
    expect(await desk.only(id)).toMatchObject({ state: 'pending', attempts: 0 });
    expect(await desk.deliverDue()).toEqual(['delivered']);
    const [first, second] = desk.receiver.received;
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']); // by which it is known to come twice
  });

  it('none makes it while the endpoint is disabled or when it was deleted', async () => {
    const { id } = await all.addEndpoint({ url: desk.receiver.url() });
    await desk.happen();
    const [due] = await desk.dueIds();
    await all.endpoints.update(askerOf('acme'), id, { enabled: false });
    expect(await desk.deliverer.deliver(due!)).toEqual({ state: 'not_due' });
    await all.endpoints.delete(askerOf('acme'), id);
    expect(await desk.deliverer.deliver(due!)).toEqual({ state: 'not_due' });
    expect(desk.receiver.received).toEqual([]);
  });

  it('none is needed for a job that was lost: what is due is handed out again', async () => {
    await all.addEndpoint({ url: desk.receiver.url() });
    await desk.happen();
    expect(await desk.dueIds()).toHaveLength(1);
    expect(await desk.dueIds()).toEqual([]); // handed out, and nothing has come of it yet
    all.clock.advance(MINUTE_MS);
    expect(await desk.deliverDue()).toEqual(['delivered']);
  });
});
