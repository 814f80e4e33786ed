import { describe, expect, it } from '@jest/globals';
import { describeDatabaseLine, describeLogLine } from './describe-log-line.js';

describe('describeLogLine', () => {
  it('shows warnings and errors with their cause, and nothing below', () => {
    expect(describeLogLine('{"log.level":"info","message":"service ready"}')).toBeUndefined();
    expect(
      describeLogLine('{"log.level":"warn","message":"venue silent","error.message":"no answer in 30 s"}'),
    ).toEqual({
      level: 'warn',
      text: 'venue silent: no answer in 30 s',
    });
  });

  it('shows what is no JSON as it stands: it comes from the runtime itself', () => {
    expect(describeLogLine('{ not json')).toEqual({ level: 'error', text: '{ not json' });
    expect(describeLogLine('FATAL ERROR: heap out of memory')?.text).toBe('FATAL ERROR: heap out of memory');
    expect(describeLogLine('  ')).toBeUndefined();
  });
});

describe('describeDatabaseLine', () => {
  it.each([
    ['/root is closed to the user postgres: the data is kept in /var/lib/x', 'note'],
    ['\tcontinued statement', undefined],
    [
      '2026-01-01 00:00:00 UTC [1] PANIC:  could not write to file "pg_wal/1": No space left on device',
      'fatal',
    ],
    ['2026-01-01 00:00:00 UTC [1] ERROR:  could not extend file "base/1": No space left on device', 'error'],
    ['2026-01-01 00:00:00 UTC [1] ERROR:  duplicate key value violates unique constraint "k"', undefined],
    ['2026-01-01 00:00:00 UTC [1] FATAL:  the database system is starting up', undefined],
    ['2026-01-01 00:00:00 UTC [1] LOG:  database system is ready to accept connections', undefined],
  ])('of "%s" shows what concerns the person at the terminal', (line, level) => {
    expect(describeDatabaseLine(line)?.level).toBe(level);
  });
});
