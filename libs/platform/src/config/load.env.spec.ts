import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import { describeEnv, secret } from './describe-env.js';
import { type EnvSource, parseEnv } from './load.env.js';
import { PlatformEnv } from './platform.env.js';

const TestEnv = z.object({
  PORT: z.coerce.number().int().min(1).default(3000).describe('Public port'),
  FLAG: z.stringbool().default(true),
  KEY: secret('Key of the test').min(8, 'must have at least 8 characters'),
  NOTE: z.string().optional(),
});

const complete = { DATABASE_URL: 'postgres://user@host/db', RPC_TOKEN: 'sixteen-characters' };

function problemsOf(schema: z.ZodObject, source: EnvSource): string {
  try {
    parseEnv(schema, source);
  } catch (error) {
    if (error instanceof AppError && error.code === 'config.invalid') return error.message;
    throw error;
  }
  return '';
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'btcforecast-env-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('parseEnv', () => {
  it('parses numbers and booleans, fills defaults and freezes', () => {
    const env = parseEnv(TestEnv, { PORT: '8080', FLAG: 'false', KEY: 'longenough' });
    expect(env).toEqual({ PORT: 8080, FLAG: false, KEY: 'longenough' });
    expect(Object.isFrozen(env)).toBe(true);
  });

  it('reports every problem at once, one line per variable, with its description', () => {
    const message = problemsOf(TestEnv, { PORT: 'eighty', FLAG: 'maybe' });
    const lines = message.split('\n').slice(1);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^ {2}PORT: .*number.*\(Public port\)$/);
    expect(lines[1]).toMatch(/^ {2}FLAG: /);
    expect(lines[2]).toBe('  KEY: is missing (Key of the test)');
  });

  it('never shows the value of a secret', () => {
    expect(problemsOf(TestEnv, { KEY: 'hunter2' })).not.toContain('hunter2');
    const url = problemsOf(PlatformEnv, { ...complete, DATABASE_URL: 'mysql://u:hunter2@h/d' });
    expect(url).toContain('DATABASE_URL');
    expect(url).not.toContain('hunter2');
  });

  it('takes an empty variable for a missing one', () => {
    expect(parseEnv(TestEnv, { PORT: '', KEY: 'longenough' }).PORT).toBe(3000);
    expect(problemsOf(TestEnv, { KEY: '' })).toContain('KEY: is missing');
  });

  it('reads NAME from the file that NAME_FILE names, without its last line break', () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'from-a-file\n');
    expect(parseEnv(TestEnv, { KEY_FILE: file }).KEY).toBe('from-a-file');
  });

  it('refuses a variable that is given twice, and a file that cannot be read', () => {
    const missing = join(folder, 'missing');
    expect(problemsOf(TestEnv, { KEY: 'longenough', KEY_FILE: missing })).toContain('KEY: is given twice');
    expect(problemsOf(TestEnv, { KEY_FILE: missing })).toContain('KEY_FILE names a file that cannot be read');
  });
});

describe('PlatformEnv', () => {
  it('needs a database and a token, nothing else', () => {
    expect(parseEnv(PlatformEnv, complete)).toMatchObject({
      MARKET_SOURCE: 'live',
      MARKET_FEED: 'live',
      REGION: 'solo',
      RPC_ADDRESSES_PREDICTION: [{ host: '127.0.0.1', port: 3102 }],
    });
    expect(problemsOf(PlatformEnv, {}).split('\n')).toHaveLength(3);
  });

  it('reads several addresses, names and IPv6 included', () => {
    const RPC_ADDRESSES_PREDICTION = 'a.example:1, 10.0.0.2:65535,[::1]:7';
    expect(parseEnv(PlatformEnv, { ...complete, RPC_ADDRESSES_PREDICTION }).RPC_ADDRESSES_PREDICTION).toEqual(
      [
        { host: 'a.example', port: 1 },
        { host: '10.0.0.2', port: 65_535 },
        { host: '::1', port: 7 },
      ],
    );
  });

  it.each(['nowhere', 'host:', ':1', 'host:0', 'host:65536', 'a:1,,b:2', 'a b:1'])(
    'refuses the address %s',
    (RPC_ADDRESSES_PREDICTION) => {
      expect(problemsOf(PlatformEnv, { ...complete, RPC_ADDRESSES_PREDICTION })).toContain(
        'must be host:port',
      );
    },
  );
});

describe('describeEnv', () => {
  it('finds default, description and secrecy under every wrapper', () => {
    expect(describeEnv(TestEnv)).toEqual([
      { name: 'PORT', default: '3000', required: false, description: 'Public port', secret: false },
      { name: 'FLAG', default: 'true', required: false, description: '', secret: false },
      { name: 'KEY', default: undefined, required: true, description: 'Key of the test', secret: true },
      { name: 'NOTE', default: undefined, required: false, description: '', secret: false },
    ]);
  });

  it('has a description for each variable of the platform', () => {
    expect(describeEnv(PlatformEnv).filter(({ description }) => !description)).toEqual([]);
    const secrets = describeEnv(PlatformEnv).filter((variable) => variable.secret);
    expect(secrets.map(({ name }) => name)).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'REDIS_CACHE_URL',
      'RPC_TOKEN',
      'CONSUL_TOKEN',
    ]);
  });
});
