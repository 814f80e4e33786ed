import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import fc from 'fast-check';
import { readRegion } from '../../topology/region.js';
import { instanceNames, setInstances } from './region-file.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'region-file-'));
  file = join(folder, 'us-east.env');
  copyFileSync(join(repositoryRoot, 'deploy', 'regions', 'us-east.env'), file);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of a region', () => {
  it('gets another number of instances, and keeps everything else', () => {
    const before = readFileSync(file, 'utf8');
    const service = fc.constantFrom('gateway', 'prediction', 'worker');
    fc.assert(
      fc.property(service, fc.integer({ min: 1, max: 8 }), (name, count) => {
        setInstances(file, name, count);
        const names = instanceNames(readRegion(file)).filter(([each]) => each === name);
        expect(names).toHaveLength(count);
      }),
      { numRuns: 20 },
    );
    setInstances(file, 'gateway', 3);
    setInstances(file, 'prediction', 2);
    setInstances(file, 'worker', 2);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is not given more than there are places for, nor a second leader of the market', () => {
    expect(() => setInstances(file, 'gateway', 9)).toThrow(/1 to 8/);
    expect(() => setInstances(file, 'market-data', 2)).toThrow(/one market-data/);
  });
});
