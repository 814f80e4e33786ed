import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeyEntity, createDataSource } from '@btcforecast/database';
import { createLogger, ManualClock } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import type { CredentialsRefusedError } from './credentials-refused.error.js';
import { createKeyText } from './key-text.js';
import { KeyRepository } from './key.repository.js';
import { KeyService } from './key.service.js';

const MINUTE_MS = 60_000;
const HERE = { ip: '192.0.2.1' };

let database: TestDatabase;
let dataSource: DataSource;
let clock: ManualClock;
let service: KeyService;
let logged: string;

beforeEach(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  clock = new ManualClock(Date.UTC(2025, 0, 1));
  logged = '';
  const logger = createLogger('test', {
    level: 'debug',
    destination: { write: (line) => void (logged += line) },
  });
  service = new KeyService({ repository: new KeyRepository(dataSource), clock, logger });
});

afterEach(async () => {
  if (dataSource.isInitialized) await dataSource.destroy();
  await database.drop();
});

async function addKey(changes: Partial<ApiKeyEntity> = {}): Promise<string> {
  const { id, secretHash, text } = createKeyText();
  const row = { id, secretHash, tenant: 'default', name: 'desk', roles: ['viewer'], bootstrap: false };
  await dataSource.getRepository(ApiKeyEntity).insert({ ...row, createdAt: new Date(), ...changes });
  return text;
}

const idOf = (text: string): string => text.slice(5, 17);
const otherSecret = (text: string): string => text.slice(0, 18) + createKeyText().text.slice(18);
const refused = { kind: 'caller', code: 'access.unauthenticated' };

describe('a key', () => {
  it('tells whose it is and what it may do', async () => {
    const text = await addKey({
      roles: ['developer'],
      scopes: ['inference:run', 'keys:write'],
      horizons: ['24h'],
    });
    const principal = {
      ...{ kind: 'key', id: idOf(text), tenant: 'default', name: 'desk', roles: ['developer'] },
      ...{ permissions: new Set(['inference:run']), instruments: null, horizons: ['24h'] },
      requireSignature: false,
    };
    await expect(service.verify(text, HERE)).resolves.toEqual(principal);
    expect(service.verifyFromMemory(text, HERE)).toEqual(principal);
  });

  it('is refused in the same words whatever is wrong with it', async () => {
    const good = await addKey();
    const bad = {
      malformed: 'Basic abc',
      unknown: createKeyText().text,
      'wrong secret': otherSecret(good),
      revoked: await addKey({ revokedAt: new Date(clock.now() - 1) }),
      expired: await addKey({ expiresAt: new Date(clock.now()) }),
    };
    const messages = new Set<string>();
    for (const [reason, text] of Object.entries(bad)) {
      const error: unknown = await service.verify(text, HERE).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect({ reason, error }).toEqual({ reason, error: expect.objectContaining(refused) });
      messages.add((error as Error).message);
      expect((error as CredentialsRefusedError).reason).toBe(reason);
    }
    expect(messages.size).toBe(1);
  });

  it('that was shown before is judged by its id alone, as long as it is good', async () => {
    const text = await addKey({ expiresAt: new Date(clock.now() + 1_000) });
    const shown = await service.verify(text, HERE);
    await expect(service.current(shown.id, null)).resolves.toEqual(shown);
    const other = await addKey();
    await expect(service.current(idOf(other), null)).resolves.toMatchObject({ id: idOf(other) });
    clock.advance(1_000);
    await expect(service.current(shown.id, null)).resolves.toBeNull();
    await dataSource.getRepository(ApiKeyEntity).update(idOf(other), { revokedAt: new Date(clock.now()) });
    await service.refresh();
    await expect(service.current(idOf(other), null)).resolves.toBeNull();
    await expect(service.current('000000000000', null)).resolves.toBeNull();
  });

  it('stops working at the moment it expires', async () => {
    const text = await addKey({ expiresAt: new Date(clock.now() + 1_000) });
    await service.verify(text, HERE);
    clock.advance(999);
    expect(service.verifyFromMemory(text, HERE)).toBeDefined();
    clock.advance(1);
    expect(() => service.verifyFromMemory(text, HERE)).toThrow(expect.objectContaining(refused));
  });

  it('with a wrong secret is refused although the right one is in memory, and the right one goes on working', async () => {
    const text = await addKey();
    await service.verify(text, HERE);
    expect(() => service.verifyFromMemory(otherSecret(text), HERE)).toThrow(expect.objectContaining(refused));
    await expect(service.verify(otherSecret(text), HERE)).rejects.toMatchObject(refused);
    expect(service.verifyFromMemory(text, HERE)).toBeDefined();
  });

  it('that is revoked stops working with the next background read', async () => {
    const text = await addKey();
    await service.verify(text, HERE);
    await dataSource.query('UPDATE api_keys SET revoked_at = now()');
    await service.refresh();
    expect(() => service.verifyFromMemory(text, HERE)).toThrow(expect.objectContaining(refused));
    await expect(service.verify(text, HERE)).rejects.toMatchObject(refused);
  });

  it('that is revoked stops working within 15 seconds by itself', async () => {
    const text = await addKey();
    await service.verify(text, HERE);
    service.start();
    await dataSource.query('UPDATE api_keys SET revoked_at = now()');
    const end = performance.now() + 15_000;
    const works = (): boolean => {
      try {
        return service.verifyFromMemory(text, HERE) !== undefined;
      } catch {
        return false;
      }
    };
    while (works() && performance.now() < end) await delay(50);
    expect(works()).toBe(false);
    await service.close();
  });

  it('made after it was refused works within seconds', async () => {
    const { id, secretHash, text } = createKeyText();
    await expect(service.verify(text, HERE)).rejects.toMatchObject(refused);
    await addKey({ id, secretHash });
    clock.advance(2_000);
    await expect(service.verify(text, HERE)).resolves.toMatchObject({ id });
  });

  it('asked for by many requests at once is read once', async () => {
    const text = await addKey();
    const repository = new KeyRepository(dataSource);
    let reads = 0;
    const counting = new KeyService({
      repository: Object.assign(Object.create(repository) as KeyRepository, {
        listByIds: (ids: string[]) => ((reads += 1), repository.listByIds(ids)),
      }),
      clock,
      logger: createLogger('test', { level: 'silent' }),
    });
    await Promise.all(Array.from({ length: 100 }, () => counting.verify(text, HERE)));
    expect(reads).toBe(1);
  });
});

describe('while the database is away', () => {
  it('a verified key works for 15 minutes and no longer', async () => {
    const text = await addKey();
    await service.verify(text, HERE);
    await dataSource.destroy();
    clock.advance(15 * MINUTE_MS - 1);
    await service.refresh();
    await expect(service.verify(text, HERE)).resolves.toMatchObject({ name: 'desk' });
    await expect(service.assertUsable()).resolves.toBeUndefined();
    clock.advance(1);
    const away = { kind: 'transient', code: 'database.unavailable' };
    expect(service.verifyFromMemory(text, HERE)).toBeUndefined();
    await expect(service.verify(text, HERE)).rejects.toMatchObject(away);
    await expect(service.assertUsable()).rejects.toMatchObject(away);
  });

  it('a key never seen is not called wrong, and a revoked one stays revoked', async () => {
    const unseen = await addKey();
    const revoked = await addKey({ revokedAt: new Date(clock.now()) });
    await expect(service.verify(revoked, HERE)).rejects.toMatchObject(refused);
    await dataSource.destroy();
    await expect(service.verify(unseen, HERE)).rejects.toMatchObject({ code: 'database.unavailable' });
    await expect(service.verify(revoked, HERE)).rejects.toMatchObject(refused);
  });
});

describe('the time of last use', () => {
  const lastUsed = async (): Promise<unknown> => {
    const [row] = await dataSource.query<{ last_used_at: Date | null }[]>(
      'SELECT last_used_at FROM api_keys',
    );
    return row?.last_used_at;
  };

  it('is written about once a minute, and when the service closes', async () => {
    const text = await addKey();
    await service.verify(text, HERE);
    await service.refresh();
    expect(await lastUsed()).toBeNull();
    clock.advance(MINUTE_MS);
    service.verifyFromMemory(text, HERE);
    await service.refresh();
    expect(await lastUsed()).toEqual(new Date(clock.now()));
    clock.advance(5);
    service.verifyFromMemory(text, HERE);
    await service.close();
    expect(await lastUsed()).toEqual(new Date(clock.now()));
  });

  it('never moves back when gateways disagree about the time', async () => {
    const text = await addKey();
    await new KeyRepository(dataSource).markUsed(new Map([[idOf(text), clock.now() + MINUTE_MS]]));
    await service.verify(text, HERE);
    await service.close();
    expect(await lastUsed()).toEqual(new Date(clock.now() + MINUTE_MS));
  });
});

describe('a refusal', () => {
  it('names the id of the key and never a secret, nor does the log', async () => {
    const good = await addKey();
    const bad = [otherSecret(good), createKeyText().text, `${good}x`];
    await service.verify(good, HERE);
    for (const text of bad) {
      const error = await service.verify(text, HERE).then(
        () => undefined,
        (cause: CredentialsRefusedError) => cause,
      );
      expect(error?.subject ?? null).toBe(text.endsWith('x') ? null : `key ${idOf(text)}`);
      logged += inspect(error, { depth: 5 });
    }
    await dataSource.destroy();
    await service.refresh();
    expect(logged).toContain(idOf(good));
    for (const text of [good, ...bad]) expect(logged).not.toContain(text.slice(18, 40));
  });
});
