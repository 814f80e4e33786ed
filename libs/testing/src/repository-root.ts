import { join } from 'node:path';

/** The folder of the whole repository; this file is two folders below its library in source and when built. */
export const repositoryRoot = join(import.meta.dirname, '..', '..', '..');
