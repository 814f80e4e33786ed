import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import { parse } from 'yaml';
import { readImageLock } from './image-digests.js';
import { readRegion } from './region.js';
import { type StackService, swarmFile, swarmNetworksFile } from './swarm-file.js';

const folder = join(repositoryRoot, 'deploy', 'regions');
const lock = readImageLock(join(repositoryRoot, 'deploy', 'images.lock'));
const swarm = join(repositoryRoot, 'deploy', 'swarm');
const regions = readdirSync(folder)
  .filter((file) => file.endsWith('.env'))
  .map((file) => readRegion(join(folder, file)))
  .sort((one, other) => one.number - other.number);

interface StackFile {
  readonly services: Record<string, StackService>;
  readonly networks: Record<string, { readonly external: boolean }>;
  readonly secrets: Record<string, { readonly name: string; readonly file: string }>;
  readonly configs: Record<string, { readonly name: string; readonly file: string }>;
}
const parsed = (text: string): StackFile => parse(text, { merge: true, version: '1.1', maxAliasCount: -1 });
const stacks = regions.map((region) => ({ region, stack: parsed(swarmFile(region, regions)) }));

describe('the stack files', () => {
  it('are what deploy/regions says', () => {
    for (const region of regions) {
      expect(readFileSync(join(swarm, `${region.name}.yml`), 'utf8')).toBe(swarmFile(region, regions, lock));
      const networks = readFileSync(join(swarm, `${region.name}.networks.yml`), 'utf8');
      expect(networks).toBe(swarmNetworksFile(region));
    }
  });

  it('update every service one instance at a time, and take back what fails', () => {
    for (const { stack, region } of stacks) {
      const { migrate, nginx, ...rolling } = stack.services;
      expect(migrate?.deploy).toMatchObject({ mode: 'replicated-job' });
      const rules = { parallelism: 1, failure_action: 'rollback', max_failure_ratio: 0, monitor: '15s' };
      expect(nginx?.deploy).toMatchObject({
        mode: 'global',
        update_config: { ...rules, order: 'stop-first' },
      });
      for (const { deploy } of Object.values(rolling)) {
        expect(deploy).toMatchObject({
          endpoint_mode: 'dnsrr',
          update_config: { ...rules, order: 'start-first' },
        });
      }
      expect(rolling['gateway']?.deploy).toMatchObject({
        replicas: `\${GATEWAYS:-${region.gateways}}`,
      });
    }
  });

  it('give no container more than it needs', () => {
    for (const service of stacks.flatMap(({ stack }) => Object.values(stack.services))) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        user: expect.stringMatching(/^[1-9]\d*:\d+$/),
        deploy: { resources: { limits: { cpus: expect.any(String), memory: expect.any(String) } } },
      });
    }
  });

  it('name secrets and configurations by their version, and files that are there', () => {
    for (const { stack, region } of stacks) {
      for (const { name, file } of Object.values(stack.configs)) {
        expect(name).toMatch(/_\$\{CONFIGS_VERSION:-1\}$/);
        expect({ file, there: existsSync(join(swarm, file)) }).toEqual({ file, there: true });
      }
      for (const [source, { name }] of Object.entries(stack.secrets)) {
        expect(name).toBe(`${region.name}_${source}_\${SECRETS_VERSION:-1}`);
      }
      for (const { networks, secrets = [], configs = [] } of Object.values(stack.services)) {
        expect(Object.keys(stack.networks)).toEqual(expect.arrayContaining(Object.keys(networks)));
        expect(Object.keys(stack.secrets)).toEqual(
          expect.arrayContaining(secrets.map(({ source }) => source)),
        );
        expect(Object.keys(stack.configs)).toEqual(
          expect.arrayContaining(configs.map(({ source }) => source)),
        );
      }
    }
  });

  it('hold all that nginx includes', () => {
    const included = readdirSync(join(repositoryRoot, 'nginx', 'includes')).map((name) => `nginx-${name}`);
    for (const { stack } of stacks)
      expect(Object.keys(stack.configs)).toEqual(expect.arrayContaining(included));
  });
});
