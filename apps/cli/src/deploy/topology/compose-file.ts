import { appServices } from './app-services.js';
import { dataServices } from './data-services.js';
import { edgeServices } from './edge-services.js';
import { globalServices } from './global-services.js';
import { type ImageLock, pinImages } from './image-digests.js';
import type { Region } from './region.js';
import { HARDENED, type Services } from './service.js';
import { telemetryServices } from './telemetry-services.js';
import { withVolumeOwners } from './volume-owners.js';
import { yamlText } from './yaml-text.js';
import { watchingAlone } from './watching-services.js';

/** What stands at the head of a generated file. */
const NOTE = ` Written by \`npm run deploy:generate\` from deploy/regions/*.env; change it there.
 Accepted by docker-compose 1.29 and by Compose v2. See docs/operations.md.`;

/** Everything: all regions on one host, each on networks of its own, joined by \`wan\`. */
export function multiRegionFile(regions: readonly Region[], lock: ImageLock = {}): string {
  const services: Services = Object.assign(
    {},
    ...regions.map((each) => regionServices(each, regions)),
    withVolumeOwners('global-volumes', 'wan', globalServices(regions)),
  );
  pinImages(services, lock);
  return composeText(
    services,
    regions.map(({ name }) => name),
  );
}

/**
 * One region alone, on a host of its own, with a Prometheus and an Alertmanager of its own; the others are reached by
 * the names that they have on `wan`.
 */
export function regionFile(region: Region, regions: readonly Region[], lock: ImageLock = {}): string {
  const services = {
    ...regionServices(region, regions),
    ...withVolumeOwners(`${region.name}-watching-volumes`, 'wan', watchingAlone(region)),
  };
  for (const service of Object.values(services)) {
    service.volumes = service.volumes?.map((volume) => volume.replace(/^\.\/|(?<=:-)\.\//, '../../'));
  }
  pinImages(services, lock);
  return composeText(services, [region.name], '../../');
}

function regionServices(region: Region, regions: readonly Region[]): Services {
  return withVolumeOwners(`${region.name}-volumes`, `${region.name}-data`, {
    ...edgeServices(region, regions),
    ...appServices(region),
    ...dataServices(region, regions),
    ...telemetryServices(region),
  });
}

function composeText(services: Services, regions: readonly string[], root = './'): string {
  const used = Object.values(services);
  const volumes = used
    .flatMap((service) => service.volumes ?? [])
    .flatMap((text) => /^[a-z][^/]*(?=:)/.exec(text) ?? []);
  const secrets = [...new Set(used.flatMap((service) => service.secrets ?? []))].sort();
  const content = {
    'x-hardened': HARDENED,
    services,
    networks: {
      ...Object.fromEntries(
        regions.flatMap((name) => [`${name}-edge`, `${name}-app`, `${name}-data`].map((key) => [key, {}])),
      ),
      wan: {},
    },
    volumes: Object.fromEntries([...new Set(volumes)].sort().map((name) => [name, {}])),
    secrets: Object.fromEntries(
      secrets.map((name) => [name, { file: `\${SECRETS_DIR:-${root}deploy/secrets}/${name}` }]),
    ),
  };
  return yamlText(content, NOTE);
}
