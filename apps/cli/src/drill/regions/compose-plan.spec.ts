import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRegion } from '../../deploy/topology/region.js';
import { projectFolder } from '../rig/places.js';
import { ONCE, planServices } from './compose-plan.js';
import { APP, Programs } from './programs.js';

const folder = join(projectFolder, 'deploy', 'regions');
const regions = readdirSync(folder)
  .filter((file) => file.endsWith('.env'))
  .map((file) => readRegion(join(folder, file)));
const services = planServices(regions, (place) => ({ DNS_SERVER: `dns-of-${place}`, LOG_LEVEL: 'warn' }));
const service = (name: string) => services.find((each) => each.name === name)!;

describe('the services of the rig', () => {
  it('are those of the profile core, each in its region or in none', () => {
    expect(new Set(services.map(({ place }) => place))).toEqual(
      new Set([ONCE, ...regions.map(({ name }) => name)]),
    );
    expect(service('us-east-gateway-3')).toMatchObject({ place: 'us-east', user: '10001:10001' });
    expect(service('prometheus').place).toBe(ONCE);
    expect(services.map(({ name }) => name)).not.toContain('kibana');
  });
  it('have the values that the rig gives for the variables of the file, and its defaults for others', () => {
    expect(service('eu-west-haproxy').environment).toMatchObject({ DNS_SERVER: 'dns-of-eu-west' });
    expect(service('eu-west-worker-1').environment).toMatchObject({
      LOG_LEVEL: 'warn',
      INSTRUMENTS: 'BTC-USD',
    });
  });
  it('all have a program: of the compose file, the Dockerfile, or programs.yml', () => {
    const programs = new Programs();
    for (const each of services)
      expect({ [each.name]: programs.of(each).command.length }).not.toEqual({ [each.name]: 0 });
    expect(programs.of(service('us-west-gateway-1'))).toMatchObject({
      directory: APP,
      command: expect.arrayContaining(['node', 'apps/gateway/dist/main.js']),
    });
    expect(programs.of(service('us-east-migrate')).command).toEqual([
      'node',
      'apps/cli/bin/btcf.mjs',
      'migrate',
    ]);
  });
  it('get the files that their image copies out of the project', () => {
    const { files, command } = new Programs().of(service('us-east-postgres'));
    expect(command).toEqual(['/usr/local/bin/start']);
    expect(files).toMatchObject({
      'deploy/patroni/start.sh': '/usr/local/bin/start',
      'deploy/patroni/run-patroni.py': '/etc/patroni/run-patroni.py',
    });
    for (const file of Object.keys(files)) expect(existsSync(join(projectFolder, file))).toBe(true);
  });
  it('refuse an image that nobody knows', () => {
    expect(() => new Programs().of({ ...service('varnish'), image: 'somebody/else:1' })).toThrow(
      /somebody\/else/,
    );
  });
});
