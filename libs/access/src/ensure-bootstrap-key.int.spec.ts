import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '@btcforecast/database';
import { Clock, createLogger } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { ensureBootstrapKey } from './ensure-bootstrap-key.js';
import { KeyRepository } from './key.repository.js';
import { KeyService } from './key.service.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeEach(async () => {
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

const newService = (): KeyService =>
  new KeyService({
    repository: new KeyRepository(dataSource),
    clock: new Clock(),
    logger: createLogger('test', { level: 'silent' }),
  });

const HERE = { ip: '192.0.2.1' };

describe('the bootstrap key', () => {
  it('is made once, and may do everything', async () => {
    const text = await ensureBootstrapKey(dataSource, { rotate: false });
    await expect(newService().verify(text ?? '', HERE)).resolves.toMatchObject({
      name: 'bootstrap',
      roles: ['admin'],
    });
    await expect(ensureBootstrapKey(dataSource, { rotate: false })).resolves.toBeNull();
  });

  it('is made once by many that start together', async () => {
    const texts = await Promise.all(
      Array.from({ length: 5 }, () => ensureBootstrapKey(dataSource, { rotate: false })),
    );
    expect(texts.filter((text) => text !== null)).toHaveLength(1);
  });

  it('is replaced when asked: the old one stops working', async () => {
    const first = await ensureBootstrapKey(dataSource, { rotate: true });
    const second = await ensureBootstrapKey(dataSource, { rotate: true });
    const service = newService();
    await expect(service.verify(second ?? '', HERE)).resolves.toMatchObject({ name: 'bootstrap' });
    await expect(service.verify(first ?? '', HERE)).rejects.toMatchObject({ code: 'access.unauthenticated' });
  });

  it('is stored as a digest only', async () => {
    const text = await ensureBootstrapKey(dataSource, { rotate: false });
    const rows = JSON.stringify(await dataSource.query('SELECT * FROM api_keys'));
    expect(rows).toContain(text?.slice(5, 17));
    expect(rows).not.toContain(text?.slice(18));
  });
});
