import { describe, expect, it } from '@jest/globals';
import { toAppError } from './app-error.js';
import { isDatabaseAway } from './database-away.js';

const withCode = (code: string) => Object.assign(new Error('failed'), { code });

describe('isDatabaseAway', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['an administrator’s shutdown', withCode('57P01')],
    ['a server that is starting', withCode('57P03')],
    ['too many connections', withCode('53300')],
    ['a server that is no primary any more, or not yet', withCode('25006')],
    ['a connection that broke under a query', new Error('Connection terminated unexpectedly')],
    ['the same wrapped by TypeORM', Object.assign(new Error('x'), { driverError: withCode('57P01') })],
  ])('holds for %s', (_what, error) => {
    expect(isDatabaseAway(error)).toBe(true);
    expect(toAppError(error)).toMatchObject({
      kind: 'transient',
      code: 'database.unavailable',
      cause: error,
    });
  });

  it.each([
    ['a broken statement', withCode('42601')],
    ['a violated constraint', withCode('23505')],
    ['a missing file', withCode('ENOENT')],
    ['any other error', new Error('boom')],
    ['something that is no error', 'ECONNREFUSED'],
  ])('does not hold for %s', (_what, error) => {
    expect(isDatabaseAway(error)).toBe(false);
    expect(toAppError(error).kind).toBe('bug');
  });
});
