import { describe, expect, it } from '@jest/globals';
import { startupFailure } from './startup-failure.js';

const stamp = '2026-01-01 00:00:00.000 UTC [7] ';

describe('startupFailure', () => {
  it.each([
    ['FATAL:  could not create any TCP/IP sockets', 'port_taken'],
    ['PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device', 'disk_full'],
    ['PANIC:  could not locate a valid checkpoint record at 0/1DDEC78', 'folder_damaged'],
    ['FATAL:  could not open file "base/5/PG_VERSION": Permission denied', 'folder_closed'],
    ['FATAL:  something never seen before', 'start_failed'],
  ])('understands "%s"', (said, reason) => {
    expect(startupFailure('/data', `${stamp}${said}\n`)).toMatchObject({ reason });
  });

  it('quotes the reason and not the answers to early connections', () => {
    const output = [
      `${stamp}FATAL:  the database system is starting up`,
      `${stamp}PANIC:  could not locate a valid checkpoint record`,
      `${stamp}LOG:  startup process was terminated by signal 6`,
    ].join('\n');
    expect(startupFailure('/data', output).message).toBe(
      'The database folder /data is damaged (could not locate a valid checkpoint record): restore it, or move it away to start afresh',
    );
  });

  it('says so when PostgreSQL said nothing', () => {
    expect(startupFailure('/data', '').message).toBe('PostgreSQL did not start on /data: it said nothing');
  });
});
