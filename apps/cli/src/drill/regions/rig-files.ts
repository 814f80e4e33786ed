import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Region } from '../../deploy/topology/region.js';
import { globalTargets, regionTargets } from '../../deploy/topology/scrape-targets.js';
import { projectFolder } from '../rig/places.js';
import { type PlannedService, ONCE } from './compose-plan.js';
import { type RigFiles, writeUsers } from './mounts.js';
import type { RigNetwork } from './network.js';

/** Copies of what follows from the regions: which networks are theirs, and whom Prometheus asks. */
export function writeRigFiles(folder: string, regions: readonly Region[]): RigFiles {
  for (const name of ['haproxy', 'monitoring'])
    cpSync(join(projectFolder, name), join(folder, name), { recursive: true });
  writeUsers(folder);
  writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n', { mode: 0o644 });
  writeRegionFiles(folder, regions);
  return { folder, replaced: new Set(['haproxy', 'monitoring']) };
}

/** Again when a region has been added; containers see it at once. */
export function writeRegionFiles(folder: string, regions: readonly Region[]): void {
  const targets = join(folder, 'monitoring', 'targets');
  mkdirSync(targets, { recursive: true });
  for (const region of regions) writeFileSync(join(targets, `${region.name}.yml`), regionTargets(region));
  writeFileSync(join(targets, 'global.yml'), globalTargets(regions));
  const networks = regions.flatMap(({ name, networks: all }) => all.map((network) => `${network} ${name}\n`));
  writeFileSync(join(folder, 'haproxy', 'geo.map'), networks.join(''));
}

/** The names that a place knows, by address: its own as in its networks, and those that all regions see. */
export function namesOf(
  place: string,
  services: readonly PlannedService[],
  network: RigNetwork,
): Map<string, string[]> {
  const names = new Map([[network.exchangeAddress, ['exchange']]]);
  for (const { name, place: home, networks } of services) {
    const aliases = Object.entries(networks).flatMap(([net, given]) =>
      net === 'wan' || home === place ? (given?.aliases ?? []) : [],
    );
    const seen = home === place || home === ONCE || place === ONCE ? [name, ...aliases] : aliases;
    if (seen.length > 0) names.set(network.address(name), [...new Set(seen)]);
  }
  return names;
}
