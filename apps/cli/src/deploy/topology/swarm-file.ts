import { appServices } from './app-services.js';
import { edgeServices } from './edge-services.js';
import { type ImageLock, pinImages } from './image-digests.js';
import type { Region } from './region.js';
import { type ComposeService, HARDENED, type Services } from './service.js';
import { telemetryServices } from './telemetry-services.js';
import { yamlText } from './yaml-text.js';

/** A secret or a configuration as one service sees it. */
interface Mounted {
  readonly source: string;
  readonly target: string;
  readonly uid: string;
  readonly gid: string;
  readonly mode: number;
}

type Kept =
  'image' | 'command' | 'user' | 'environment' | 'healthcheck' | 'networks' | 'ulimits' | 'stop_grace_period';

/** A service of a stack file: what of version 3.8 is used here. */
export interface StackService extends Pick<ComposeService, Kept> {
  secrets?: Mounted[];
  configs?: Mounted[];
  volumes?: { type: 'tmpfs'; target: string; tmpfs: { size: number } }[];
  ports?: { target: number; published: string; mode: 'host' }[];
  deploy: Record<string, unknown>;
}

const NOTE = ` Written by \`npm run deploy:generate\` from deploy/regions/*.env; change it there.
 What keeps no data of one region, for Docker Swarm; deploy/swarm/up.sh starts it. See docs/operations.md.`;

const MEGABYTE = 1_048_576;
const READ_BY_OWNER = 0o400;
const NGINX_INCLUDES = [
  'cache',
  'compression',
  'limits',
  'log',
  'problems',
  'proxy',
  'routes',
  'security-headers',
  'tls',
];

/** A new instance takes work before an old one is stopped; one that fails takes the whole update back. */
const ROLLING = {
  parallelism: 1,
  order: 'start-first',
  failure_action: 'rollback',
  monitor: '15s',
  max_failure_ratio: 0,
};

/** The services of a region that keep no data. PostgreSQL, etcd and Redis stay with compose, on hosts of their own. */
export function swarmFile(region: Region, regions: readonly Region[], lock: ImageLock = {}): string {
  const services = stackServices(region, regions);
  pinImages(services, lock);
  const used = Object.values(services);
  return yamlText(
    {
      version: '3.8',
      'x-hardened': {
        init: HARDENED.init,
        read_only: HARDENED.read_only,
        cap_drop: HARDENED.cap_drop,
        logging: HARDENED.logging,
      },
      services,
      networks: externalNetworks(region),
      secrets: objects(
        region,
        used.flatMap(({ secrets = [] }) => secrets),
        'SECRETS',
        secretFile,
      ),
      configs: objects(
        region,
        used.flatMap(({ configs = [] }) => configs),
        'CONFIGS',
        configFile,
      ),
    },
    NOTE,
  );
}

/** Lets the compose file of a region use the networks of the stack: a second `-f` beside it. */
export function swarmNetworksFile(region: Region): string {
  return yamlText({ networks: externalNetworks(region) }, NOTE);
}

function stackServices(region: Region, regions: readonly Region[]): Record<string, StackService> {
  const all = { ...edgeServices(region, regions), ...appServices(region), ...telemetryServices(region) };
  const many = (name: string, replicas: string): StackService =>
    stackService(region, of(all, region, `${name}-1`), {
      mode: 'replicated',
      replicas,
      update_config: ROLLING,
    });
  const some = (name: string, replicas: number): StackService =>
    stackService(region, of(all, region, name), { mode: 'replicated', replicas, update_config: ROLLING });
  return {
    nginx: nginx(region, of(all, region, 'nginx')),
    haproxy: {
      ...some('haproxy', 2),
      configs: [config('haproxy.cfg', '/usr/local/etc/haproxy/haproxy.cfg', '99')],
    },
    'nginx-exporter': {
      ...some('nginx-exporter', 1),
      command: ['--nginx.scrape-uri=http://nginx:8090/stub_status'],
    },
    migrate: migration(region, of(all, region, 'migrate')),
    gateway: many('gateway', `\${GATEWAYS:-${region.gateways}}`),
    'market-data': some('market-data', 1),
    prediction: many('prediction', `\${PREDICTIONS:-${region.predictions}}`),
    worker: many('worker', `\${WORKERS:-${region.workers}}`),
  };
}

/** On every node of the region, since a port of a host is had by one; so its update stops before it starts. */
function nginx(region: Region, compose: ComposeService): StackService {
  const service = stackService(region, compose, {
    mode: 'global',
    update_config: { ...ROLLING, order: 'stop-first' },
  });
  return {
    ...service,
    ports: [
      { target: 8443, published: `\${EDGE_PORT_${region.number}:-${8450 + region.number}}`, mode: 'host' },
    ],
    secrets: [
      secret('edge.pem', '/etc/nginx/tls/fullchain.pem', '101'),
      secret('edge-key.pem', '/etc/nginx/tls/key.pem', '101'),
    ],
    configs: [
      config('nginx.conf', '/etc/nginx/nginx.conf', '101'),
      ...NGINX_INCLUDES.map((name) =>
        config(`nginx-${name}.conf`, `/etc/nginx/includes/${name}.conf`, '101'),
      ),
    ],
  };
}

/** Runs once for every version, and again until it could. */
function migration(region: Region, compose: ComposeService): StackService {
  const { deploy, ...service } = stackService(region, compose, { mode: 'replicated-job' });
  const { endpoint_mode: _, ...job } = deploy;
  return {
    ...service,
    deploy: { ...job, restart_policy: { condition: 'on-failure', delay: '2s', max_attempts: 30 } },
  };
}

function stackService(
  region: Region,
  compose: ComposeService,
  deploy: { readonly update_config?: { readonly order: string }; readonly [key: string]: unknown },
): StackService {
  const { image, command, user = '', environment = {}, healthcheck, networks, ulimits } = compose;
  const [uid = ''] = user.split(':');
  // What is undefined is not written.
  const service = {
    image,
    command,
    user,
    environment: { ...environment, ...instances(environment), ...journal(environment) },
    secrets: compose.secrets?.map((name) => secret(name, name, uid)),
    volumes: compose.tmpfs?.map(inMemory),
    networks,
    healthcheck,
    ulimits,
    stop_grace_period: compose.stop_grace_period,
    deploy: {
      ...deploy,
      endpoint_mode: 'dnsrr',
      rollback_config: deploy.update_config && { parallelism: 1, order: deploy.update_config.order },
      restart_policy: { condition: 'any', delay: '2s' },
      placement: { constraints: [`node.labels.region == ${region.name}`] },
      ...compose.deploy,
    },
  };
  return service as StackService;
}

/** Swarm names all instances of a service by one name, each with its own address. */
function instances({ RPC_ADDRESSES_PREDICTION: addresses }: Record<string, string>): Record<string, string> {
  return addresses
    ? { RPC_ADDRESSES_PREDICTION: addresses.split(',')[0]!.replace('prediction-1', 'prediction') }
    : {};
}

/** Instances of Swarm come and go with all that they have on disk, so that theirs is in memory. */
function journal({ FORECAST_JOURNAL_DIR: folder }: Record<string, string>): Record<string, string> {
  return folder ? { FORECAST_JOURNAL_DIR: '/tmp/journal', FORECAST_JOURNAL_MAX_MEGABYTES: '32' } : {};
}

/** `/tmp:size=16m,…` */
function inMemory(text: string): { type: 'tmpfs'; target: string; tmpfs: { size: number } } {
  const [target = '', options = ''] = text.split(':');
  const megabytes = Number(/size=(\d+)m/.exec(options)?.[1]);
  return { type: 'tmpfs', target, tmpfs: { size: megabytes * MEGABYTE } };
}

function of(services: Services, { name }: Region, service: string): ComposeService {
  const found = services[`${name}-${service}`];
  if (!found) throw new Error(`a region has no ${service}`);
  return found;
}

const secret = (source: string, target: string, id: string): Mounted => ({
  source,
  target,
  uid: id,
  gid: id,
  mode: READ_BY_OWNER,
});
const config = secret;

/** Swarm never changes a secret or a configuration: a new one has a new name, which up.sh takes from its content. */
function objects(
  { name }: Region,
  mounted: readonly Mounted[],
  version: string,
  fileOf: (source: string) => string,
): Record<string, { name: string; file: string }> {
  const sources = [...new Set(mounted.map(({ source }) => source))].sort();
  return Object.fromEntries(
    sources.map((source) => [
      source,
      { name: `${name}_${source}_\${${version}_VERSION:-1}`, file: fileOf(source) },
    ]),
  );
}

const secretFile = (name: string): string => `\${SECRETS_DIR:-../secrets}/${name}`;
function configFile(name: string): string {
  if (name === 'haproxy.cfg') return '../../haproxy/haproxy.cfg';
  return name === 'nginx.conf'
    ? '../../nginx/nginx.conf'
    : `../../nginx/includes/${name.replace(/^nginx-/, '')}`;
}

function externalNetworks({ name }: Region): Record<string, { external: true; name: string }> {
  const names = [`${name}-edge`, `${name}-app`, `${name}-data`, 'wan'];
  return Object.fromEntries(names.map((each) => [each, { external: true, name: each }]));
}
