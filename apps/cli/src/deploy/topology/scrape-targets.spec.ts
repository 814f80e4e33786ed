import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import { parse } from 'yaml';
import { multiRegionFile } from './compose-file.js';
import { readRegion } from './region.js';
import { globalTargets, regionTargets } from './scrape-targets.js';

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly targets: readonly string[];
}

const folder = join(repositoryRoot, 'deploy', 'regions');
const regions = readdirSync(folder)
  .filter((file) => file.endsWith('.env'))
  .map((file) => readRegion(join(folder, file)))
  .sort((one, other) => one.number - other.number);
const hostOf = (address: string): string =>
  new URL(address.includes('//') ? address : `tcp://${address}`).hostname;

describe('the targets of Prometheus', () => {
  it('are in the repository as they are made', () => {
    const kept = (name: string): string =>
      readFileSync(join(repositoryRoot, 'monitoring', 'targets', `${name}.yml`), 'utf8');
    for (const region of regions) expect(parse(kept(region.name))).toEqual(parse(regionTargets(region)));
    expect(parse(kept('global'))).toEqual(parse(globalTargets()));
  });

  it('are hosts that Prometheus can reach in the compose file', () => {
    const { services } = parse(multiRegionFile(regions), { version: '1.1', merge: true }) as {
      services: Record<string, { networks: Record<string, { aliases?: string[] } | null> }>;
    };
    const own = Object.keys(services['prometheus']!.networks); // there is one
    const reachable = new Set(['127.0.0.1']);
    for (const [name, { networks }] of Object.entries(services)) {
      for (const network of own.filter((each) => each in networks)) {
        for (const alias of [name, ...(networks[network]?.aliases ?? [])]) reachable.add(alias);
      }
    }
    const groups = [...regions.map(regionTargets), globalTargets()].flatMap((text) => parse(text) as Group[]);
    const asked = groups.flatMap(({ labels, targets }) =>
      labels['__exporter'] ? [labels['__exporter']] : targets,
    );
    expect(asked.map(hostOf).filter((host) => !reachable.has(host))).toEqual([]);
  });
});
