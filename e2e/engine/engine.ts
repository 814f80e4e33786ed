import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@btcforecast/testing';

/** The targets of deploy/docker/Dockerfile. */
export const OWN_IMAGES = ['gateway', 'market-data', 'prediction', 'worker', 'btcf', 'postgres'] as const;

/** Why tests that need a Docker engine are not run, or nothing when they are. */
export function engineMissing(): string {
  if (process.env['BTCF_ENGINE_TESTS'] !== '1') return 'slow; npm run test:engine runs it';
  return spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0
    ? ''
    : 'no Docker engine answers; set DOCKER_HOST';
}

export function composeMissing(): string {
  return spawnSync('docker-compose', ['version'], { stdio: 'ignore' }).status === 0
    ? ''
    : 'docker-compose is not installed';
}

/** @throws Error with what Docker said */
export function docker(...args: string[]): string {
  return run('docker', args);
}

/** @returns what it wrote to its standard output; @throws Error with what it wrote to both */
export function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
  timeout = 1_200_000,
): string {
  const options = { cwd: repositoryRoot, encoding: 'utf8', timeout, maxBuffer: 64 << 20 } as const;
  const done = spawnSync(program, args, { ...options, env: { ...process.env, ...env } });
  if (done.status === 0) return done.stdout.trim();
  throw new Error(`${program} ${args.join(' ')}: ${done.error?.message ?? ''}${done.stdout}${done.stderr}`);
}

/** The image of ours that compose and Swarm start here. */
export const ownImageName = (target: string): string => `btcforecast/${target}:dev`;

/**
 * Builds images on a base from a registry or, where none can be reached, on one from Debian's mirror.
 *
 * @param names of what is built, e.g. BTCF_VERSION; options of deploy/docker/build.sh
 */
export function buildImages(names: Record<string, string> = {}, targets: readonly string[] = []): string {
  const local = spawnSync('docker', ['pull', '-q', 'debian:12.12-slim'], { stdio: 'ignore' }).status !== 0;
  const node = join(repositoryRoot, 'node_modules', '.bin');
  return run(
    join(repositoryRoot, 'deploy', 'docker', 'build.sh'),
    [...(local ? ['--local'] : []), ...targets],
    {
      PATH: `${node}:${process.env['PATH']}`,
      ...names,
    },
  );
}

/** Builds the images that are not there; after a change of ours `npm run images` does. */
export function ensureImages(): void {
  const there = spawnSync('docker', ['image', 'inspect', ...OWN_IMAGES.map(ownImageName)], {
    stdio: 'ignore',
  });
  if (there.status !== 0) buildImages();
}

/** What `docker inspect` says, of as many things as are asked for. */
export function inspect<T>(kind: 'image' | 'container', ...ids: string[]): T[] {
  if (ids.length === 0) return [];
  return JSON.parse(
    execFileSync('docker', [kind, 'inspect', ...ids], { encoding: 'utf8', maxBuffer: 64 << 20 }),
  ) as T[];
}
