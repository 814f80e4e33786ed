import { parse } from 'yaml';
import { z } from 'zod';
import { multiRegionFile } from '../../deploy/topology/compose-file.js';
import type { Region } from '../../deploy/topology/region.js';

const Service = z.object({
  image: z.string(),
  profiles: z.array(z.string()),
  user: z.string(),
  hostname: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  networks: z.record(z.string(), z.object({ aliases: z.array(z.string()) }).nullable()),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  restart: z.string(),
  stop_grace_period: z.string().default('10s'),
});
const ComposeFile = z.object({ services: z.record(z.string(), Service) });

/** A service as the compose file of all regions has it. */
export type PlannedService = z.infer<typeof Service> & {
  readonly name: string;
  /** The region it belongs to; {@link ONCE}: none. */
  readonly place: string;
};

/** Where lives what there is once: the way in for everybody, and the eyes of whoever operates it all. */
export const ONCE = 'once';

/**
 * The services of profile `core`, without the jobs that give volumes to their users: the rig does that itself.
 *
 * @param given values of the variables that the file leaves to whoever starts it
 */
export function planServices(
  regions: readonly Region[],
  given: (place: string) => Record<string, string>,
): PlannedService[] {
  const { services } = ComposeFile.parse(parse(multiRegionFile(regions), { merge: true, maxAliasCount: -1 }));
  return Object.entries(services)
    .filter(([name, { profiles }]) => profiles.includes('core') && !name.endsWith('-volumes'))
    .map(([name, service]) => {
      const place = regions.find((region) => name.startsWith(`${region.name}-`))?.name ?? ONCE;
      return { ...filledIn(service, given(place)), name, place };
    });
}

function filledIn<T>(value: T, given: Record<string, string>): T {
  const text = JSON.stringify(value).replace(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, otherwise: string) => {
      return JSON.stringify(given[name] ?? otherwise).slice(1, -1);
    },
  );
  return JSON.parse(text) as T;
}
