/** npm run deploy:generate: writes the compose files of all regions, and whom Prometheus scrapes there. Needs a build. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const topology = join(root, 'apps/cli/dist/deploy/topology');
const { assertFit, readRegion } = await import(join(topology, 'region.js'));
const { aloneTargets, globalTargets, regionTargets } = await import(join(topology, 'scrape-targets.js'));
const { multiRegionFile, regionFile } = await import(join(topology, 'compose-file.js'));
const { swarmFile, swarmNetworksFile } = await import(join(topology, 'swarm-file.js'));

const { readImageLock } = await import(join(topology, 'image-digests.js'));

const lock = readImageLock(join(root, 'deploy', 'images.lock'));
const folder = join(root, 'deploy', 'regions');
const regions = readdirSync(folder)
  .filter((file) => file.endsWith('.env'))
  .map((file) => readRegion(join(folder, file)))
  .sort((one, other) => one.number - other.number);
assertFit(regions);
writeFileSync(join(root, 'docker-compose.multi-region.yml'), multiRegionFile(regions, lock));
for (const region of regions)
  writeFileSync(join(folder, `${region.name}.yml`), regionFile(region, regions, lock));
const swarm = join(root, 'deploy', 'swarm');
for (const region of regions) {
  writeFileSync(join(swarm, `${region.name}.yml`), swarmFile(region, regions, lock));
  writeFileSync(join(swarm, `${region.name}.networks.yml`), swarmNetworksFile(region));
}
const targets = join(root, 'monitoring', 'targets');
const alone = join(root, 'monitoring', 'targets-alone');
for (const path of [targets, alone]) mkdirSync(path, { recursive: true });
for (const region of regions) writeFileSync(join(alone, `${region.name}.yml`), aloneTargets(region, regions));
for (const region of regions) writeFileSync(join(targets, `${region.name}.yml`), regionTargets(region));
writeFileSync(join(targets, 'global.yml'), globalTargets(regions));
process.stdout.write(
  `wrote docker-compose.multi-region.yml, deploy/regions/*.yml, deploy/swarm/*.yml and monitoring/targets for ${regions.length} regions\n`,
);
