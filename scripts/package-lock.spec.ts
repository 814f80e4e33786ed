import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

it('package-lock.json names no registry, so that everyone installs from their own', () => {
  const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  expect(lock.split('\n').filter((line) => /"resolved": "(https?|git)/.test(line))).toEqual([]);
});
