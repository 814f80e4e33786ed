import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { projectFolder } from '../rig/places.js';
import type { PlannedService } from './compose-plan.js';
import { APP, type Program } from './programs.js';

/** Users of the containers, for programs that want a name. */
const USERS = {
  root: 0,
  nginx: 101,
  haproxy: 99,
  btcforecast: 10_001,
  postgres: 10_002,
  redis: 10_003,
  nobody: 65_534,
};

/** What is not as in the project: files that follow from the regions of this rig. */
export interface RigFiles {
  readonly folder: string;
  /** Folders of the project that the rig has a version of, e.g. `haproxy`. */
  readonly replaced: ReadonlySet<string>;
}

/** Users and groups for all containers, into files of the rig. */
export function writeUsers(folder: string): void {
  const users = Object.entries(USERS);
  const passwd = users.map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh\n`);
  const group = [...users, ['secrets', 10_000]].map(([name, id]) => `${name}:x:${id}:\n`);
  writeFileSync(join(folder, 'passwd'), passwd.join(''), { mode: 0o644 });
  writeFileSync(join(folder, 'group'), group.join(''), { mode: 0o644 });
}

/** The mounts of a service, as enter.sh reads them. Volumes are made for their user. */
export function mountsOf(service: PlannedService, program: Program, files: RigFiles): string {
  const own = (name: string): string => join(files.folder, name);
  const bind = (from: string, to: string, options = 'ro'): string => `bind ${from} ${to} ${options}`;
  const lines = [
    ...service.tmpfs.map((each) => `tmpfs - ${each.split(':')[0]} ${each.split(':')[1] ?? 'mode=1777'}`),
    bind(own('passwd'), '/etc/passwd'),
    bind(own('group'), '/etc/group'),
    bind(own('hosts'), '/etc/hosts'),
    bind(own(`resolv-${service.place}`), '/etc/resolv.conf'),
    ...(program.directory === APP ? [bind(projectFolder, APP)] : []),
    ...Object.entries(program.files).map(([from, to]) => bind(join(projectFolder, from), to)),
    ...service.volumes.map((each) => volume(each, service, files)),
    ...service.secrets.map((name) => bind(own(`secrets/${name}`), `/run/secrets/${name}`)),
  ];
  return `${lines.join('\n')}\n`;
}

function volume(text: string, { user }: PlannedService, { folder, replaced }: RigFiles): string {
  const [from, to, options] = text.split(':') as [string, string, string?];
  if (isAbsolute(from)) return `bind ${from} ${to} ro`;
  if (from.startsWith('./')) {
    const top = from.split('/')[1]!;
    return `bind ${join(replaced.has(top) ? folder : projectFolder, from)} ${to} ${options ?? 'rw'}`;
  }
  const path = join(folder, 'volumes', from);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const [uid, gid] = user.split(':').map(Number) as [number, number];
  chownSync(path, uid, gid);
  return `bind ${path} ${to} rw`;
}
