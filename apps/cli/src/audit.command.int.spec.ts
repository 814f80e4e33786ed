import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AuditLog, AuditQueries, AuditRepository, type Principal } from '@btcforecast/access';
import { createDataSource } from '@btcforecast/database';
import { Clock, createLogger, Metrics } from '@btcforecast/platform';
import { testDatabase, type TestDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { main } from './main.js';

const OWNER: Principal = {
  ...{ kind: 'key', id: 'a'.repeat(12), tenant: 'acme', name: 'x', roles: ['owner'] },
  ...{ permissions: new Set(), instruments: null, horizons: null },
};
const STRANGER: Principal = { ...OWNER, id: 'b'.repeat(12), tenant: 'other' };

let database: TestDatabase;
let dataSource: DataSource;
let server: Server;
let folder: string;
let printed: string;
let complained: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'btcf-audit-'));
  database = await testDatabase();
  dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  const log = new AuditLog({
    ...{ repository: new AuditRepository(dataSource), clock: new Clock() },
    ...{ logger: createLogger('test', { level: 'silent' }) },
    metrics: new Metrics({ service: 'test', region: 'test' }),
  });
  for (const actor of [OWNER, STRANGER, OWNER]) {
    (await log.begin({ actor, action: 'keys:write POST /v1/keys', subject: 'a key' })).end({ status: 201 });
    await log.flush();
  }
  await writeFile(path('key'), 'btcf_key');
  const queries = new AuditQueries(dataSource);
  /** The route of the gateway, on the real log. */
  server = createServer((_request, response) => {
    void (async () => {
      for await (const line of queries.export(0, OWNER)) response.write(`${JSON.stringify(line)}\n`);
      response.end();
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await dataSource?.destroy();
  await database?.drop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  printed = complained = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((complained += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const path = (name: string) => join(folder, name);
const remote = () => {
  const { port } = server.address() as AddressInfo;
  return ['--url', `http://127.0.0.1:${port}`, '--key-file', path('key')];
};
const lines = async () => (await readFile(path('audit.ndjson'), 'utf8')).trimEnd().split('\n');

describe('btcf audit verify', () => {
  it('checks the log of the API and keeps it, then checks it without the API', async () => {
    expect(await main(['audit', 'verify', ...remote(), '--save', path('audit.ndjson')])).toBe(0);
    expect(printed).toContain('entries 1 to 3: 2 own, 1 of others as links\n');
    expect(printed).toContain('of the own ones: 2 done\n');
    const [, head] = /--known-head (3:[0-9a-f]{64})\n/.exec(printed) ?? [];
    printed = '';
    await writeFile(path('audit.ndjson.gz'), gzipSync(await readFile(path('audit.ndjson'))));
    expect(await main(['audit', 'verify', path('audit.ndjson.gz'), '--known-head', head!])).toBe(0);
    expect(printed).toContain('entry 3, exported earlier, is unchanged, and so is all before it');
    printed = '';
    expect(await main(['audit', 'verify', path('audit.ndjson'), '--json'])).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      first: 1,
      last: 3,
      own: 2,
      others: 1,
      outcomes: { done: 2 },
    });
  });

  it('checks a later part, and says what it has not checked', async () => {
    await writeFile(path('later.ndjson'), (await lines()).slice(1).join('\n'));
    expect(await main(['audit', 'verify', path('later.ndjson')])).toBe(0);
    expect(printed).toContain('entries 1 to 1 are not in this export and were not checked');
  });

  it.each([
    [
      'changed',
      (all: string[]) => all.map((line) => line.replace('a key', 'no key')),
      /entry 1: its body does not/,
    ],
    ['left out', (all: string[]) => all.toSpliced(1, 1), /entry 2 is missing/],
    ['put in', (all: string[]) => all.toSpliced(1, 0, all[0]!), /entry 2 is missing: 1 follows/],
    ['cut off', (all: string[]) => all.slice(0, 2), /it is not whole/],
  ])('names the place where something was %s, and fails', async (_what, change, reason) => {
    await writeFile(path('broken.ndjson'), change(await lines()).join('\n'));
    expect(await main(['audit', 'verify', path('broken.ndjson')])).toBe(1);
    expect(complained).toContain('the audit log is broken: ');
    expect(complained).toMatch(reason);
    expect(printed).toBe('');
  });

  it('fails against a head that the log does not have any more', async () => {
    const known = ['--known-head', `2:${'a'.repeat(64)}`];
    expect(await main(['audit', 'verify', path('audit.ndjson'), ...known])).toBe(1);
    expect(complained).toContain('entry 2: it is not the one that was exported earlier');
  });

  it('says so when given something else', async () => {
    expect(await main(['audit', 'verify', path('none.ndjson')])).toBe(1);
    expect(complained).toContain('cannot be read');
    expect(await main(['audit', 'verify', path('key')])).toBe(1);
    expect(complained).toContain('line 1: it is no line of an export of the audit log');
    expect(await main(['audit', 'verify', path('key'), ...remote()])).toBe(1);
    expect(await main(['audit', 'verify', '--known-head', 'x'])).toBe(2);
  });
});
