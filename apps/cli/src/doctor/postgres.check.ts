import { spawnSync } from 'node:child_process';
import { findPostgresBinaries } from '@btcforecast/database/embedded';
import { ok, type Outcome, wrong } from './check.js';

/** PostgreSQL's binaries are there and run. */
export function checkPostgres(): Outcome {
  const { postgres } = findPostgresBinaries();
  const { status, stdout, stderr, error } = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
  if (status === 0) return ok(stdout.trim());
  const reason = error?.message ?? stderr.trim();
  return wrong(
    `its server does not run: ${reason}`,
    'run npm ci; on a minimal system its libraries may be missing',
  );
}
