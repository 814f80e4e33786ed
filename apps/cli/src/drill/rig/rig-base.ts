import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ComposeServices } from './compose-services.js';
import { type Place, Places, projectFolder } from './places.js';
import { ownFolder, type RigUser, signalAll } from './server-processes.js';

/** What all kinds of servers need to be put in their place. */
export class RigBase {
  readonly compose: ComposeServices;

  constructor(
    readonly places: Places,
    readonly user: RigUser,
    /** Aborted when the drills are to end at once. */
    readonly signal: AbortSignal,
  ) {
    this.compose = new ComposeServices(places);
  }

  /** Makes the folder of a server and puts files of the project into it, each under its own name. */
  furnish(host: string, files: readonly string[]): Place {
    const place = this.places.of(host);
    ownFolder(place.folder, this.user);
    for (const file of files) {
      const text = this.places.text(readFileSync(join(projectFolder, file), 'utf8'), place);
      this.write(join(place.folder, file.split('/').at(-1)!), text);
    }
    return place;
  }

  write(path: string, text: string): void {
    writeFileSync(path, text, { mode: 0o700 });
    if (this.user.ids) chownSync(path, this.user.ids.uid, this.user.ids.gid);
  }

  secret(name: string): string {
    return readFileSync(join(this.places.folder, 'secrets', name), 'utf8');
  }

  secretFile(name: string): string {
    return join(this.places.folder, 'secrets', name);
  }

  kill(place: Place): void {
    signalAll(place.folder, 'SIGKILL');
  }
}
