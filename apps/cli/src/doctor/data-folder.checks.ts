import { constants, existsSync, readFileSync, statSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Check, ok, type Outcome, skipped, wrong } from './check.js';

const NEEDED_MB = 200;
const KEY_TEXT = /^btcf_[0-9a-z]{12}_[\w-]{43}$/;

/** The folder in which the system keeps everything. */
export function dataFolderChecks(dataDir: string): Check[] {
  return [
    { name: 'data folder', run: () => checkFolder(dataDir) },
    { name: 'disk space', run: () => checkSpace(dataDir) },
    { name: 'admin key', run: () => checkKey(join(dataDir, 'admin.key')) },
  ];
}

async function checkFolder(dataDir: string): Promise<Outcome> {
  const folder = nearestExisting(dataDir);
  if (!statSync(folder).isDirectory()) {
    return wrong(`${folder} is not a folder`, 'set BTCF_DATA_DIR to a folder of yours');
  }
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return wrong(`${folder} cannot be written by you`, 'set BTCF_DATA_DIR to a folder of yours');
  }
  return folder === dataDir ? ok(dataDir) : skipped(`${dataDir} does not exist yet; npm start makes it`);
}

async function checkSpace(dataDir: string): Promise<Outcome> {
  const { bavail, bsize } = await statfs(nearestExisting(dataDir));
  const free = Math.floor((bavail * bsize) / 1024 / 1024);
  if (free >= NEEDED_MB) return ok(`${free.toLocaleString('en-US')} MB free`);
  return wrong(`only ${free} MB are free`, `free some space: at least ${NEEDED_MB} MB are needed`);
}

function checkKey(file: string): Outcome {
  if (!existsSync(file)) return skipped('not made yet; npm start makes it');
  const mode = statSync(file).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return wrong(
      `others may read ${file} (mode ${mode.toString(8).padStart(4, '0')})`,
      `run chmod 600 ${file}`,
    );
  }
  if (KEY_TEXT.test(readFileSync(file, 'utf8').trim())) return ok(file);
  return wrong(`${file} holds no key`, 'delete it and run npm start: a new key takes its place');
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}
