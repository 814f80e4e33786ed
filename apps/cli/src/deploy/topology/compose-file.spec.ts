import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import fc from 'fast-check';
import { parse } from 'yaml';
import { multiRegionFile, regionFile } from './compose-file.js';
import { readImageLock } from './image-digests.js';
import { assertFit, readRegion, type Region } from './region.js';
import type { ComposeService } from './service.js';

const folder = join(repositoryRoot, 'deploy', 'regions');
const lock = readImageLock(join(repositoryRoot, 'deploy', 'images.lock'));
const regions = readdirSync(folder)
  .filter((file) => file.endsWith('.env'))
  .map((file) => readRegion(join(folder, file)))
  .sort((one, other) => one.number - other.number);
const read = (...path: string[]) => readFileSync(join(repositoryRoot, ...path), 'utf8');

interface ComposeFile {
  readonly services: Record<string, ComposeService>;
  readonly networks: object;
  readonly volumes: object;
  readonly secrets: object;
}
const parsed = (text: string): ComposeFile => parse(text, { merge: true, version: '1.1', maxAliasCount: -1 });
const all = parsed(multiRegionFile(regions));
const services = Object.entries(all.services);

/** Any number of regions that fit each other. */
const anyRegions = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{2}-[a-z]{3,8}$/), { minLength: 1, maxLength: 5 })
  .chain((names) =>
    fc.tuple(...names.map((name, i) => fc.record({ ...sizes, name: fc.constant(name), ...rest(names, i) }))),
  );
const sizes = {
  gateways: fc.integer({ min: 1, max: 8 }),
  predictions: fc.integer({ min: 1, max: 8 }),
  workers: fc.integer({ min: 1, max: 8 }),
};
const rest = (names: readonly string[], i: number) => ({
  number: fc.constant(i + 1),
  primary: fc.constant(i === 0),
  networks: fc.constant([]),
  spillsTo: fc.constant(names.filter((_, other) => other !== i)),
});

describe('the compose files', () => {
  it('are what deploy/regions says', () => {
    expect(read('docker-compose.multi-region.yml')).toBe(multiRegionFile(regions, lock));
    for (const region of regions) {
      expect(read('deploy', 'regions', `${region.name}.yml`)).toBe(regionFile(region, regions, lock));
    }
  });

  it('have as many of everything as the seed regions ask for', () => {
    const count = (pattern: RegExp) => services.filter(([name]) => pattern.test(name)).length;
    expect([count(/^us-east-gateway-/), count(/^us-west-gateway-/), count(/^eu-west-gateway-/)]).toEqual([
      3, 2, 2,
    ]);
    expect([count(/^us-east-worker-/), count(/^us-west-worker-/), count(/^eu-west-worker-/)]).toEqual([
      2, 1, 1,
    ]);
    expect([count(/-market-data$/), count(/-prediction-\d$/), count(/-postgres$/), count(/-etcd$/)]).toEqual([
      3, 6, 3, 3,
    ]);
  });

  it('give no container more than it needs', () => {
    for (const [name, service] of services) {
      expect({ name, ...service }).toMatchObject({
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        pids_limit: expect.any(Number),
        deploy: { resources: { limits: { cpus: expect.any(String), memory: expect.any(String) } } },
        logging: { options: { 'max-size': expect.any(String) } },
        user: expect.stringMatching(/^\d+:\d+$/),
      });
    }
    const writable = services.filter(([, { read_only: readOnly }]) => !readOnly).map(([name]) => name);
    expect(writable).toEqual(['elasticsearch', 'kibana']);
    const asRoot = services.filter(([, { user }]) => user === '0:0').map(([name]) => name);
    const owners = [...regions.map(({ name }) => `${name}-volumes`), 'global-volumes'];
    const known = [...regions.map(({ name }) => `${name}-filebeat`), ...owners, 'vault-bootstrap'];
    expect(asRoot.sort()).toEqual(known.sort());
    for (const name of owners)
      expect(all.services[name]).toMatchObject({ cap_add: ['CHOWN'], read_only: true });
  });

  it('pin every image, and hold no secret', () => {
    for (const [name, { image, environment = {} }] of services) {
      expect({ name, image }).toEqual({
        name,
        image: expect.stringMatching(/:(\$\{BTCF_VERSION:-dev\}|v?\d+\.\d+)/),
      });
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASS|SECRET|TOKEN|KEY/.test(variable))
          expect({ variable, value }).toEqual({
            variable,
            value: expect.stringMatching(
              /^(\/run\/secrets(\/|$)|btcforecast$|\$\{TRACK_RECORD_TRANSIT_KEY:-\}$)/,
            ),
          });
      }
    }
  });

  it('publish nothing but to this host, and no port twice', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    for (const port of ports)
      expect(port).toMatch(/^(127\.0\.0\.1|\$\{(EDGE|GLOBAL)_ADDRESS:-127\.0\.0\.1\}):/);
    const defaults = ports.map((port) => /:-(\d+)\}:\d+$/.exec(port)?.[1]);
    expect(new Set(defaults).size).toBe(ports.length);
  });

  it('name nothing that is not there, whatever the regions', () => {
    fc.assert(
      fc.property(anyRegions, (many) => {
        const file = parsed(multiRegionFile(many as Region[]));
        for (const service of Object.values(file.services)) {
          expect(Object.keys(file.services)).toEqual(
            expect.arrayContaining(Object.keys(service.depends_on ?? {})),
          );
          expect(Object.keys(file.networks)).toEqual(expect.arrayContaining(Object.keys(service.networks)));
          expect(Object.keys(file.secrets)).toEqual(expect.arrayContaining(service.secrets ?? []));
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('the files of regions', () => {
  const [first, second] = regions as [Region, Region];
  it('that do not fit each other are refused, with every fault', () => {
    expect(() => assertFit(regions)).not.toThrow();
    expect(() =>
      assertFit([first, { ...second, number: first.number, primary: true, spillsTo: ['mars'] }]),
    ).toThrow(/exactly one region.*given once only.*spills to mars/);
  });
});
