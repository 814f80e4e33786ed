import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWhen, repositoryRoot } from '@btcforecast/testing';

const root = repositoryRoot;
const has = (program: string): boolean => spawnSync('which', [program], { stdio: 'ignore' }).status === 0;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  chmodSync(folder, 0o755); // Varnish reads as a user of its own
  if (has('openssl')) {
    execFileSync(join(root, 'deploy', 'scripts', 'make-secrets.sh'), [join(folder, 'secrets')], {
      stdio: 'pipe',
    });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program says of a file; `refused` is that, unless it takes the file. */
function judge(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  const said = `${stdout}${stderr}`;
  return { said, refused: status === 0 ? '' : said };
}

const BALANCER = { DNS_SERVER: '127.0.0.1:53', GATEWAY_NAME: 'gateway', REGION: 'us-east' };

describeWhen(has('docker-compose'), 'docker-compose is not installed')('docker-compose', () => {
  it('takes every compose file, with each profile', () => {
    const files = [
      'docker-compose.multi-region.yml',
      ...readdirSync(join(root, 'deploy', 'regions'))
        .filter((file) => file.endsWith('.yml'))
        .map((file) => `deploy/regions/${file}`),
    ];
    for (const file of files) {
      expect(
        judge('docker-compose', ['-f', join(root, file), '--profile', 'full', 'config', '-q']),
      ).toMatchObject({ refused: '' });
      const networks = join(root, file.replace('regions', 'swarm').replace('.yml', '.networks.yml'));
      if (file === 'docker-compose.multi-region.yml') continue;
      const args = ['-f', join(root, file), '-f', networks, '--profile', 'data', 'config', '-q'];
      expect(judge('docker-compose', args)).toMatchObject({ refused: '' });
    }
  });
});

describeWhen(has('docker'), 'docker is not installed')('docker stack', () => {
  it('takes every stack file, which needs no engine', () => {
    const files = readdirSync(join(root, 'deploy', 'swarm')).filter((file) => /^[a-z-]+\.yml$/.test(file));
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const path = join(root, 'deploy', 'swarm', file);
      expect(judge('docker', ['stack', 'config', '-c', path])).toMatchObject({ refused: '' });
    }
  });
});

describeWhen(has('haproxy'), 'haproxy is not installed')('HAProxy', () => {
  const check = (file: string, env: Record<string, string>) =>
    judge('haproxy', ['-c', '-f', file], { TLS_DIR: join(folder, 'secrets'), ...BALANCER, ...env });
  it('takes the balancer of a region, with one node and with four, with neighbours and without', () => {
    const file = join(root, 'haproxy', 'haproxy.cfg');
    const nodes = { PG_1: '127.0.0.1', PG_2: '127.0.0.2', PG_3: '127.0.0.3', PG_4: '127.0.0.4' };
    expect(check(file, { PG_1: '127.0.0.1' })).toMatchObject({ refused: '' });
    expect(check(file, { ...nodes, SPILL_1: '127.0.0.5:8443', SPILL_2: '127.0.0.6:8443' })).toMatchObject({
      refused: '',
    });
  });
  it('takes the way in, with one region and with four', () => {
    cpSync(join(root, 'haproxy', 'geo.map'), join(folder, 'geo.map'));
    const text = readFileSync(join(root, 'haproxy', 'global.cfg'), 'utf8').replace(
      '/usr/local/etc/haproxy/',
      `${folder}/`,
    );
    writeFileSync(join(folder, 'global.cfg'), text);
    const names = { REGION_1: 'us-east', REGION_2: 'us-west', REGION_3: 'eu-west', REGION_4: 'ap-south' };
    expect(check(join(folder, 'global.cfg'), { REGION_1: 'us-east' })).toMatchObject({ refused: '' });
    expect(check(join(folder, 'global.cfg'), names)).toMatchObject({ refused: '' });
  });
});

describeWhen(has('nginx'), 'nginx is not installed')('nginx', () => {
  it('takes the edge of a region', () => {
    const prefix = join(folder, 'nginx');
    cpSync(join(root, 'nginx'), prefix, { recursive: true });
    for (const [from, to] of [
      ['edge.pem', 'fullchain.pem'],
      ['edge-key.pem', 'key.pem'],
    ] as const) {
      cpSync(join(folder, 'secrets', from), join(prefix, 'tls', to));
    }
    const text = readFileSync(join(prefix, 'nginx.conf'), 'utf8').replace(
      'server haproxy:',
      'server 127.0.0.1:',
    );
    writeFileSync(join(prefix, 'nginx.conf'), text);
    // What Node gives a child as its output cannot be opened by name.
    const log = join(prefix, 'includes', 'log.conf');
    writeFileSync(log, readFileSync(log, 'utf8').replace('/dev/stdout', join(folder, 'access.log')));
    expect(judge('nginx', ['-t', '-p', prefix, '-c', join(prefix, 'nginx.conf')])).toMatchObject({
      refused: '',
    });
  });
});

describeWhen(has('varnishd'), 'varnish is not installed')('Varnish', () => {
  it('takes the cache', () => {
    const text = readFileSync(join(root, 'deploy', 'varnish', 'default.vcl'), 'utf8');
    writeFileSync(join(folder, 'default.vcl'), text.replaceAll(/global-haproxy(-2)?/g, '127.0.0.1'));
    expect(judge('varnishd', ['-C', '-f', join(folder, 'default.vcl')])).toMatchObject({ refused: '' });
  });
});

describeWhen(has('patroni') && has('etcd'), 'patroni or etcd is not installed')('Patroni', () => {
  it('takes the database of a region', () => {
    const text = readFileSync(join(root, 'deploy', 'patroni', 'patroni.yml'), 'utf8')
      .replaceAll('/run/secrets', join(folder, 'secrets'))
      .replaceAll('/run/patroni', join(folder, 'secrets'))
      .replace('/var/lib/postgresql/data', join(folder, 'data'));
    writeFileSync(join(folder, 'patroni.yml'), text);
    const { said } = judge('patroni', ['--validate-config', join(folder, 'patroni.yml')], {
      PATRONI_NAME: 'postgres-us-east',
      PATRONI_POSTGRESQL_CONNECT_ADDRESS: 'postgres-us-east:5432',
      PATRONI_RESTAPI_CONNECT_ADDRESS: 'postgres-us-east:8008',
      PATRONI_ETCD3_HOSTS: '127.0.0.1:1',
      PATRONI_SUPERUSER_PASSWORD: 'one',
      PATRONI_REPLICATION_PASSWORD: 'two',
      PATRONI_REWIND_PASSWORD: 'three',
    });
    // Its etcd is not here: everything else is in order.
    const faults = said
      .split('\n')
      .filter((line) => line !== '' && !/^etcd3\.hosts\.0 .* is not reachable/.test(line));
    expect(faults).toEqual([]);
  });
});

describeWhen(has('kubectl'), 'kubectl is not installed')('kustomize', () => {
  it.each(['us-east', 'us-west', 'eu-west'])('builds the overlay %s', (region) => {
    const built = judge('kubectl', ['kustomize', join(root, 'deploy', 'kubernetes', 'overlays', region)]);
    expect(built).toMatchObject({
      refused: '',
      said: expect.stringContaining(`REGION: ${region}`),
    });
  });
});

describeWhen(has('shellcheck'), 'shellcheck is not installed')('shellcheck', () => {
  it('finds nothing in any script', () => {
    const scripts = execFileSync('git', ['ls-files', '*.sh'], { cwd: root, encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(
      judge(
        'shellcheck',
        scripts.map((file) => join(root, file)),
      ),
    ).toEqual({ refused: '', said: '' });
  });
});

describe('the secrets that are made', () => {
  it('are never empty, which Swarm would refuse', () => {
    const stack = readFileSync(join(root, 'deploy', 'swarm', 'us-east.yml'), 'utf8');
    const names = new Set(
      [...stack.matchAll(/SECRETS_DIR:-[^}]+\}\/([\w.-]+)/g)].map(([, name = '']) => name),
    );
    const empty = [...names].filter((name) => statSync(join(folder, 'secrets', name)).size === 0);
    expect([names.size > 10, empty]).toEqual([true, []]);
  });
  it('are never in the repository', () => {
    expect(execFileSync('git', ['ls-files', 'deploy/secrets'], { cwd: root, encoding: 'utf8' })).toBe('');
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toContain('deploy/secrets');
  });
});
