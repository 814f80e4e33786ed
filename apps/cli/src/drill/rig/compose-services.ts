import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Place, type Places, projectFolder } from './places.js';

const ComposeFile = z.object({
  services: z.record(
    z.string(),
    z.object({
      command: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.coerce.string()).default({}),
    }),
  ),
});

/** What compose starts a service with, for the server at its place. */
export interface PlacedService {
  readonly command: string[];
  readonly environment: Record<string, string>;
}

/** Values that are names, though they look like hosts. */
const NAMES = new Set(['PATRONI_NAME', 'ETCD_NAME']);

/** The services of docker-compose.multi-region.yml, as they are written there. */
export class ComposeServices {
  readonly #services = ComposeFile.parse(
    parse(readFileSync(join(projectFolder, 'docker-compose.multi-region.yml'), 'utf8'), {
      merge: true,
      maxAliasCount: -1,
    }),
  ).services;

  constructor(private readonly places: Places) {}

  /** @param given values of the variables that the file leaves to whoever starts it */
  placed(service: string, place: Place, given: Record<string, string> = {}): PlacedService {
    const { command, environment } = this.#services[service]!;
    const put = (value: string): string => this.places.text(filledIn(value, given), place);
    return {
      command: command.map(put),
      environment: Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, NAMES.has(name) ? value : put(value)]),
      ),
    };
  }
}

/** `${NAME:-default}` */
function filledIn(value: string, given: Record<string, string>): string {
  return value.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, otherwise: string) => {
    return given[name] ?? otherwise;
  });
}
