import { IMAGES } from './images.js';
import { bounded, type ComposeService, type Services } from './service.js';

const NAMED = /^([a-z][^/:]*):/;

/**
 * The services, and before them one that gives each volume to the user who writes there: a new volume is root's, and
 * nothing else here runs as root.
 *
 * @param name of that one service, which runs once and ends
 * @param network on which it is, though it asks nobody
 */
export function withVolumeOwners(name: string, network: string, services: Services): Services {
  const owned = Object.values(services).flatMap((service) =>
    volumesOf(service).map((volume) => ({ volume, user: service.user ?? '0:0', profiles: service.profiles })),
  );
  if (owned.length === 0) return services;
  const owner = bounded(
    {
      image: IMAGES.redis,
      profiles: [...new Set(owned.flatMap(({ profiles = [] }) => profiles))],
      user: '0:0',
      entrypoint: ['/bin/sh', '-c'],
      command: [owned.map(({ volume, user }) => `chown ${user} /volumes/${volume}`).join(' && ')],
      restart: 'on-failure',
      cap_add: ['CHOWN'],
      volumes: owned.map(({ volume }) => `${volume}:/volumes/${volume}`),
      networks: { [network]: null },
    },
    { cpus: '0.25', memory: '32M' },
  );
  const waiting = Object.entries(services).map(([each, service]) => [each, afterOwner(service, name)]);
  return { [name]: owner, ...Object.fromEntries(waiting) };
}

function afterOwner(service: ComposeService, owner: string): ComposeService {
  if (volumesOf(service).length === 0) return service;
  const done = { [owner]: { condition: 'service_completed_successfully' } };
  // Else Docker copies what the image has there into the empty volume, with the owner that it has in the image.
  const volumes = service.volumes?.map((volume) => (NAMED.test(volume) ? `${volume}:nocopy` : volume));
  return { ...service, ...(volumes && { volumes }), depends_on: { ...service.depends_on, ...done } };
}

function volumesOf({ volumes = [] }: ComposeService): string[] {
  return volumes.flatMap((volume) => NAMED.exec(volume)?.[1] ?? []);
}
