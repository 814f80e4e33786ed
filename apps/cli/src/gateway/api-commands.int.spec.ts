import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ensureBootstrapKey } from '@btcforecast/access';
import type { Key, NewKey, Webhook, WebhookDelivery, WebhookSecretsReply } from '@btcforecast/api-client';
import { createDataSource } from '@btcforecast/database';
import { testDatabase, waitFor } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { startGateway } from '../../test/start-gateway.js';
import { main } from '../main.js';

let folder: string;
let dataSource: DataSource;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let stdout = '';
let stderr = '';
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-api-'));
  closing.push(() => rm(folder, { recursive: true }));
  const database = await testDatabase();
  closing.push(() => database.drop());
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  closing.push(() => dataSource.destroy());
  await writeFile(join(folder, 'admin.key'), `${await ensureBootstrapKey(dataSource, { rotate: true })}\n`);
  gateway = await startGateway(database.url);
  closing.push(() => gateway.close());
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});
beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs one command with a key; gives its exit code. */
function btcf(words: readonly string[], key = 'admin.key'): Promise<number> {
  stdout = '';
  stderr = '';
  process.exitCode = undefined; // what the command before left
  return main([...words, '--url', gateway.url, '--key-file', join(folder, key)]);
}
/** Runs one command that answers in JSON. */
async function ask<T>(words: readonly string[], key?: string): Promise<T> {
  expect({ code: await btcf([...words, '--json'], key), stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

describe('btcf keys', () => {
  it('makes a key that works, shown once on the last line, and shows it without its secret', async () => {
    expect(await btcf(['keys', 'create', '--name', 'desk', '--roles', 'developer', '--horizons', '1h'])).toBe(
      0,
    );
    const text = stdout.trimEnd().split('\n').at(-1)!;
    expect(text).toMatch(/^btcf_[0-9a-z]{12}_\S+$/);
    await writeFile(join(folder, 'desk.key'), text);
    expect(await btcf(['webhooks', 'list'], 'desk.key')).toBe(0);
    const id = text.split('_')[1]!;
    expect(await ask<Key>(['keys', 'show', id])).toMatchObject({ name: 'desk', horizons: ['1h'] });
    expect(stdout).not.toContain(text.slice(18));
    expect(await btcf(['keys', 'list'])).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${id} +desk +active +developer`, 'm'));
  });

  it('gives a key a new secret, the old one for a while, and ends it', async () => {
    const made = await ask<NewKey>(['keys', 'create', '--name', 'turning', '--roles', 'developer']);
    await writeFile(join(folder, 'old.key'), made.key);
    const turned = await ask<NewKey>(['keys', 'rotate', made.id, '--overlap', '1h']);
    await writeFile(join(folder, 'new.key'), turned.key);
    for (const key of ['old.key', 'new.key']) expect(await btcf(['webhooks', 'list'], key)).toBe(0);
    expect(await ask<Key>(['keys', 'revoke', made.id])).toMatchObject({ state: 'revoked' });
    const last = await ask<NewKey>(['keys', 'create', '--name', 'gone']);
    await ask(['keys', 'revoke', last.id]);
    await writeFile(join(folder, 'gone.key'), last.key); // never seen before, so in no memory
    expect(await btcf(['keys', 'list'], 'gone.key')).toBe(1);
    expect(stderr).toMatch(/^btcf: .*revoked/);
  });

  it('says in the words of the API what it refuses', async () => {
    expect(await btcf(['keys', 'create', '--name', 'x', '--roles', 'emperor'])).toBe(1);
    expect(stderr).toMatch(/^btcf: .*roles/);
    expect(await btcf(['keys', 'show', '000000000000'])).toBe(1);
    expect(await btcf(['keys', 'create'])).toBe(2);
    expect(await btcf(['keys', 'rotate', 'x', '--overlap', 'soon'])).toBe(2);
  });
});

describe('btcf webhooks', () => {
  const address = 'https://hooks.example.com/btcforecast';
  const add = (...more: string[]) =>
    ask<Webhook>(['webhooks', 'add', address, '--events', 'forecast.issued,alert.fired', ...more]);

  it('adds an endpoint with its secrets, shows, changes and removes it', async () => {
    expect(await btcf(['webhooks', 'add', address, '--events', 'candle.closed', '--intervals', '1d'])).toBe(
      0,
    );
    expect(stdout).toMatch(/whsec_\S{44} +whpk_\S{44} +in force/);
    const { id } = await add('--instruments', 'BTC-USD', '--description', 'desk');
    expect(await ask<Webhook>(['webhooks', 'show', id])).toMatchObject({ instruments: ['BTC-USD'] });
    const changed = await ask<Webhook>(['webhooks', 'update', id, '--instruments', 'all', '--disable']);
    expect(changed).toMatchObject({ instruments: null, enabled: false, description: 'desk' });
    expect(await btcf(['webhooks', 'list'])).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${id} +https://hooks\\S+ +disabled \\(requested\\) +forecast`, 'm'));
    expect(await btcf(['webhooks', 'test', id])).toBe(1);
    expect(stderr).toMatch(/^btcf: this endpoint is disabled/);
    expect(await ask<Webhook>(['webhooks', 'update', id, '--enable'])).toMatchObject({ enabled: true });
    expect(await btcf(['webhooks', 'remove', id])).toBe(0);
    expect(stdout).toBe(`removed ${address}\n`);
    expect(await btcf(['webhooks', 'show', id])).toBe(1);
    expect(stderr).toContain('you have no webhook endpoint with this id');
  });

  it('sends tests and sends again, and shows what was sent', async () => {
    const { id } = await add();
    const test = await ask<WebhookDelivery>(['webhooks', 'test', id, '--no-wait']);
    expect(test).toMatchObject({ type: 'webhook.test', state: 'pending' });
    expect(await btcf(['webhooks', 'deliveries', id, '--state', 'pending'])).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${test.id} +webhook.test +pending +0`, 'm'));
    expect(await ask(['webhooks', 'deliveries', id, '--type', 'candle.closed'])).toEqual([]);
    await dataSource.query(
      `UPDATE webhook_deliveries SET state = 'failed', ended_at = now(), next_attempt_at = NULL WHERE id = $1`,
      [test.id],
    );
    expect(await ask(['webhooks', 'replay', id, '--from', '2026-01-01', '--to', '2026-01-02'])).toEqual({
      queued: 0,
    });
    const since = new Date(Date.now() - 60_000).toISOString();
    expect(await btcf(['webhooks', 'replay', id, '--from', since])).toBe(0);
    expect(stdout).toBe('1 events are sent again\n');
    expect(await btcf(['webhooks', 'replay', id, test.id])).toBe(0);
    expect(await btcf(['webhooks', 'deliveries', id, test.id])).toBe(0);
    expect(stdout).toMatch(/^webhook-id +evt_[0-9a-f]{32}$/m);
    expect(stdout).toContain('"type":"webhook.test"');
    expect(await btcf(['webhooks', 'replay', id])).toBe(1);
    expect(stderr).toContain('name a delivery, or a range');
  });

  it.each([
    ['delivered', 204, null, 0],
    ['failed', 410, 'answered 410: it wants nothing any more', 1],
  ])('waits for what comes of a test: %s', async (state, status, failure, code) => {
    const { id } = await add();
    const running = btcf(['webhooks', 'test', id]);
    // As the worker does, in one transaction.
    const made = `WITH ended AS (
        UPDATE webhook_deliveries SET state = $2, attempts = 1, ended_at = now(), next_attempt_at = NULL
        WHERE endpoint_id = $1 RETURNING id
      ) INSERT INTO webhook_attempts SELECT id, 1, now(), 12, $3, $4, 'hello' FROM ended RETURNING delivery_id`;
    await waitFor(
      async () => (await dataSource.query<unknown[]>(made, [id, state, status, failure])).length > 0,
      { deadlineMs: 10_000, what: 'the test is queued' },
    );
    expect(await running).toBe(code);
    expect(stdout).toMatch(new RegExp(`12 ms +answered ${status}.* hello$`, 'm'));
    await ask(['webhooks', 'remove', id]);
  });

  it('turns over the secret, and checks a message by the old one and the new', async () => {
    const { id } = await add();
    expect(await btcf(['webhooks', 'rotate', id, '--overlap', '2h'])).toBe(0);
    expect(stdout).toMatch(/in force\n.*until /);
    const { data } = await ask<WebhookSecretsReply>(['webhooks', 'secrets', id]);
    expect(data).toHaveLength(2);
    const [body, secret] = [join(folder, 'body'), join(folder, 'secret')];
    await writeFile(body, '{"a":1}');
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signed = createHmac('sha256', Buffer.from(data[1]!.secret.slice(6), 'base64'));
    const right = `v1,${signed.update(`evt_1.${timestamp}.{"a":1}`).digest('base64')}`;
    const verify = async (each: { secret: string }, ...more: string[]) => {
      await writeFile(secret, `${each.secret}\n`);
      process.exitCode = undefined;
      const about = ['--id', 'evt_1', '--timestamp', timestamp, '--signature', `v1,AAAA ${right}`];
      stderr = stdout = '';
      return main(['webhooks', 'verify', body, ...about, '--secret-file', secret, ...more]);
    };
    expect(await verify(data[1]!, '--tolerance', '5m')).toBe(0);
    expect(stdout).toBe(`right: ${right}\n`);
    expect(await verify(data[0]!)).toBe(1);
    expect(stdout).toBe('no signature is right\n');
    expect(await verify({ secret: 'whsec_short' })).toBe(1);
    expect(stderr).toContain('whsec_ and base64');
  });

  it('says in the words of the API what it refuses', async () => {
    expect(await btcf(['webhooks', 'add', 'http://127.0.0.1:6379/', '--events', 'candle.closed'])).toBe(1);
    expect(stderr).toMatch(/^btcf: this address cannot be an endpoint: it is not https/);
    expect(await btcf(['webhooks', 'add', address, '--events', 'astrology'])).toBe(1);
    expect(stderr).toMatch(/^btcf: .*eventTypes/);
    expect(await btcf(['webhooks', 'update', '5d2e9f1a-3c44-4d2e-9c43-3d5d3f2f7e44'])).toBe(1);
    expect(await btcf(['webhooks', 'add', address])).toBe(2);
  });
});
