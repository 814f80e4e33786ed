import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectFolder } from '../rig/places.js';
import { onShortTimeBase } from './short-time-base.js';

const shipped = (file: string): string => readFileSync(join(projectFolder, 'monitoring', file), 'utf8');
const changed = (file: string): [string, string][] => {
  const after = onShortTimeBase(shipped(file)).split('\n');
  return shipped(file)
    .split('\n')
    .flatMap((line, i): [string, string][] => (line === after[i] ? [] : [[line.trim(), after[i]!.trim()]]));
};

describe('the shorter time base of the rig', () => {
  it('makes what alerts wait for and look back at a tenth, and leaves thresholds and names', () => {
    const rule = `      - alert: X
        expr: 'instance:cpu:ratio_rate5m > 0.1 and rate(errors_total[5m]) / rate(all_total[1h]) > 14.4'
        for: 10m
        labels: { window: 1h }`;
    expect(onShortTimeBase(rule)).toBe(`      - alert: X
        expr: 'instance:cpu:ratio_rate5m > 0.1 and rate(errors_total[30s]) / rate(all_total[360s]) > 14.4'
        for: 60s
        labels: { window: 1h }`);
  });

  it('looks back at four scrapes at least', () => {
    expect(onShortTimeBase('rate(x[1m])')).toBe('rate(x[20s])');
  });

  it('has Prometheus scrape three times as often', () => {
    expect(changed('prometheus.yml')).toEqual([
      ['scrape_interval: 15s', 'scrape_interval: 5s'],
      ['scrape_timeout: 10s', 'scrape_timeout: 3s'],
      ['evaluation_interval: 15s', 'evaluation_interval: 5s'],
    ]);
  });

  it.each(['alert_rules.yml', 'recording_rules.yml'])('leaves no duration of %s as it was', (file) => {
    const left = onShortTimeBase(shipped(file)).match(/\[\d+[mhdw]\]|\bfor: *\d+[mhdw]|\[\d+\w+:/g);
    expect(left).toBeNull();
    expect(changed(file).length).toBeGreaterThan(15);
  });
});
