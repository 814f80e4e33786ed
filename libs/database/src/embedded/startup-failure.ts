import { DatabaseServerError, type DatabaseServerFailure } from './database-server.error.js';

interface Diagnosis {
  readonly reason: DatabaseServerFailure;
  readonly sign: RegExp;
  readonly sentence: (folder: string, said: string) => string;
}

const SEVERE = /^.*?(FATAL|PANIC|error|postgres): +/;
/** Answers to our own connection attempts while the server starts: no reason for anything. */
const PASSING = /the database system is (starting up|not yet accepting|shutting down|in recovery)/;

/** In the order they are tried: a full disk also shows as damage. */
const DIAGNOSES: readonly Diagnosis[] = [
  {
    reason: 'disk_full',
    sign: /No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes/,
    sentence: (folder) => `The disk of ${folder} is full: free some space, then start again`,
  },
  {
    reason: 'port_taken',
    sign: /could not create any TCP\/IP sockets/,
    sentence: () => 'The port chosen for PostgreSQL is taken by another program: choose another port',
  },
  {
    reason: 'folder_closed',
    sign: /Permission denied|has wrong ownership|has invalid permissions/,
    sentence: (folder, said) =>
      `PostgreSQL may not use ${folder} (${said}): give it to the user who starts btcforecast, or set BTCF_DATA_DIR to another folder`,
  },
  {
    reason: 'folder_damaged',
    sign: /PANIC:|No such file|does not exist|could not (open|read|find|access)|checkpoint record|checksum|invalid|missing|syntax error|contains errors/,
    sentence: (folder, said) =>
      `The database folder ${folder} is damaged (${said}): restore it, or move it away to start afresh`,
  },
];

/** What PostgreSQL's last words mean for the person who started it. */
export function startupFailure(folder: string, output: string, cause?: unknown): DatabaseServerError {
  const reasons = output.split('\n').filter((line) => SEVERE.test(line) && !PASSING.test(line));
  const said = reasons[0]?.replace(SEVERE, '').trim() ?? output.trim().split('\n').at(-1) ?? '';
  const evidence = reasons.length > 0 ? reasons.join('\n') : output;
  const found = DIAGNOSES.find(({ sign }) => sign.test(evidence));
  if (found) return new DatabaseServerError(found.reason, found.sentence(folder, said), { cause });
  const last = said === '' ? 'it said nothing' : said;
  return new DatabaseServerError('start_failed', `PostgreSQL did not start on ${folder}: ${last}`, { cause });
}
