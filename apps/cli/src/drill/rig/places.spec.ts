import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ComposeServices } from './compose-services.js';
import { Places, projectFolder } from './places.js';

const places = new Places('/tmp/btcf-rig-x', '127.1.7', 'somebody');
const shipped = (file: string): string =>
  readFileSync(join(projectFolder, file), 'utf8').replace(/^\s*#.*$/gm, '');

describe('the places of the rig', () => {
  it.each([
    'haproxy/haproxy.cfg',
    'deploy/redis/start.sh',
    'deploy/redis/redis.conf',
    'deploy/patroni/patroni.yml',
  ])('leave nothing of containers in %s', (file) => {
    const placed = places.text(shipped(file), places.of('haproxy'));
    expect(placed).not.toMatch(/\/run\/(secrets|patroni|postgresql)|\/etc\/(redis|patroni)|[=\s]\/data\b/);
    expect(placed).not.toMatch(/0\.0\.0\.0:|127\.0\.0\.1:|bind :|redis-queue-1:/);
  });
  it('do not take the folder of a server for its name', () => {
    const node = places.of('postgres-us-east');
    expect(places.text('data_dir: /var/lib/postgresql/data', node)).toBe(
      'data_dir: /tmp/btcf-rig-x/postgres-us-east/data',
    );
    expect(places.text('https://etcd-us-east:2379 postgres-us-east:5432', node)).toBe(
      'https://127.1.7.11:2379 127.1.7.21:5432',
    );
  });
  it('let networks that may come in be as they are', () => {
    expect(places.text('hostssl all all 0.0.0.0/0', places.of('haproxy'))).toBe('hostssl all all 0.0.0.0/0');
  });
  it('fill in what compose leaves open, and keep names', () => {
    const services = new ComposeServices(places);
    const etcd = services.placed('us-west-etcd', places.of('etcd-us-west')).environment;
    expect(etcd).toMatchObject({
      ETCD_NAME: 'us-west',
      ETCD_LISTEN_CLIENT_URLS: 'https://127.1.7.12:2379',
      ETCD_INITIAL_CLUSTER: expect.stringContaining('us-east=https://127.1.7.11:2380'),
    });
    const postgres = services.placed('us-east-postgres', places.of('postgres-us-east'), {
      ETCD_HOSTS: 'here:1',
    });
    expect(postgres.environment).toMatchObject({
      PATRONI_NAME: 'postgres-us-east',
      PATRONI_ETCD3_HOSTS: 'here:1',
    });
  });
});
