import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.js';

/** Absolute path of a file of real candles beside the repository, or undefined where it is missing. */
export function sharedData(file: string): string | undefined {
  const path = join(repositoryRoot, '..', 'shared', 'data', file);
  return existsSync(path) ? path : undefined;
}
