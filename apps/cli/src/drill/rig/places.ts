import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Folder of the project: the drills run its own files. */
export const projectFolder = join(import.meta.dirname, '..', '..', '..', '..', '..');

const PlacesFile = z.object({
  hosts: z.record(z.string(), z.number().int()),
  replace: z.array(z.tuple([z.string(), z.string()])),
});

/** The folder of a server is called as its host. */
const NOT_IN_A_PATH = '(?<![\\w.-]|[^/]/)';
const ENDS = '(?=:\\d|[\\s";]|$)';

/** Where one server of the rig lives. */
export interface Place {
  /** Its name in compose. */
  readonly host: string;
  readonly address: string;
  readonly folder: string;
}

/** Turns what is written for containers into what runs on this machine: deploy/rig/places.yml, and nothing more. */
export class Places {
  readonly #file = PlacesFile.parse(
    parse(readFileSync(join(projectFolder, 'deploy', 'rig', 'places.yml'), 'utf8')),
  );

  /**
   * @param network the first three numbers of the rig's addresses, such as 127.1.1
   * @param user who runs the servers
   */
  constructor(
    readonly folder: string,
    readonly network: string,
    readonly user: string,
  ) {}

  of(host: string): Place {
    return { host, address: this.address(host), folder: join(this.folder, host) };
  }

  address(host: string): string {
    return `${this.network}.${this.#file.hosts[host]}`;
  }

  get addresses(): string[] {
    return Object.keys(this.#file.hosts).map((host) => this.address(host));
  }

  /** A file, or a value, as the server at that place reads it. */
  text(text: string, place: Place): string {
    const words: Record<string, string> = {
      rig: this.folder,
      node: place.folder,
      own: place.address,
      user: this.user,
    };
    const rules = new Map(this.#file.replace);
    const any = new RegExp(
      [...rules.keys()].map((from) => from.replace(/[.*()?+^$[\]{}|\\]/g, String.raw`\$&`)).join('|'),
      'g',
    );
    let placed = text.replace(any, (found) =>
      rules.get(found)!.replace(/\{(\w+)\}/g, (_, word: string) => words[word]!),
    );
    for (const host of Object.keys(this.#file.hosts)) {
      const name = new RegExp(`${NOT_IN_A_PATH}${host}${ENDS}`, 'gm');
      placed = placed.replaceAll(name, this.address(host));
    }
    return placed;
  }
}
