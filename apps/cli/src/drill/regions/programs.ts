import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectFolder } from '../rig/places.js';
import type { PlannedService } from './compose-plan.js';

const Words = z.array(z.string());
const ProgramsFile = z.record(
  z.string(),
  z.object({
    entrypoint: Words.default([]),
    command: Words.default([]),
    files: z.record(z.string(), z.string()).default({}),
    stop: z.enum(['SIGTERM', 'SIGUSR1', 'SIGQUIT']).default('SIGTERM'),
  }),
);

/** What is run for a service. */
export interface Program {
  readonly command: readonly string[];
  readonly directory: string;
  readonly path: string;
  /** What its image says ends it in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** Files of this project that its image brings, and where they lie in it. */
  readonly files: Readonly<Record<string, string>>;
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where the images have the project; its own Node comes first there. */
export const APP = '/app';
export const NODE_PATH = `${APP}/node_modules/.bin:${SYSTEM_PATH}`;

/** Which program runs for an image: deploy/rig/programs.yml, or what the Dockerfile starts. */
export class Programs {
  readonly #foreign = ProgramsFile.parse(
    parse(readFileSync(join(projectFolder, 'deploy', 'rig', 'programs.yml'), 'utf8')),
  );
  readonly #dockerfile = readFileSync(join(projectFolder, 'deploy', 'docker', 'Dockerfile'), 'utf8');

  of({ image, entrypoint, command }: PlannedService): Program {
    const name = image.replace(/:[^:/]*$/, '');
    const stage = this.#foreign[name] ? null : this.#stage(name);
    const own = this.#foreign[name] ?? {
      entrypoint: words(stage!, 'ENTRYPOINT'),
      command: words(stage!, 'CMD'),
      files: {},
      stop: 'SIGTERM' as const,
    };
    const ofNode = stage?.startsWith('runtime ') ?? false;
    return {
      command: [...(entrypoint ?? own.entrypoint), ...(command ?? own.command)],
      directory: ofNode ? APP : '/',
      path: ofNode ? NODE_PATH : SYSTEM_PATH,
      files: own.files,
      stopSignal: own.stop,
    };
  }

  /** The part of the Dockerfile that makes an image, from the base that it names. */
  #stage(name: string): string {
    const target = ` AS ${name.split('/').at(-1)}`;
    const stage = this.#dockerfile.split(/^FROM /m).find((text) => text.split('\n')[0]!.endsWith(target));
    if (stage) return stage;
    const message = `neither deploy/rig/programs.yml nor the Dockerfile says what runs for ${name}`;
    throw new AppError('caller', 'config.invalid', message);
  }
}

function words(stage: string, key: string): string[] {
  const found = new RegExp(`^${key} (\\[.*\\])$`, 'm').exec(stage);
  return found ? Words.parse(JSON.parse(found[1]!)) : [];
}
