import { IMAGES, ownImage } from './images.js';
import type { Region } from './region.js';
import {
  type ComposeService,
  bounded,
  health,
  type Limits,
  OPEN_FILES,
  type Services,
  twice,
} from './service.js';
import { watching } from './watching-services.js';

/** What there is once: the way in by geography, and the eyes of whoever operates it all. */
export function globalServices(regions: readonly Region[]): Services {
  return {
    ...wayIn(regions),
    ...watching(regions),
    ...grafana(),
    ...seeing(),
    ...logs(),
    ...secretsAndNames(regions),
  };
}

const CORE = ['core', 'full'];
const FULL = ['full'];

function service(profiles: string[], limits: Limits, more: Partial<ComposeService> & { image: string }) {
  return bounded({ profiles, user: '10005:10005', networks: { wan: null }, ...more }, limits);
}

function wayIn(regions: readonly Region[]): Services {
  return {
    ...twice('global-haproxy', (nth) => globalHaproxy(regions, nth)),
    varnish: service(
      CORE,
      { cpus: '1.0', memory: '512M' },
      {
        image: IMAGES.varnish,
        user: '1000:1000',
        environment: { VARNISH_SIZE: '128M', VARNISH_HTTP_PORT: '6081' },
        volumes: ['./deploy/varnish/default.vcl:/etc/varnish/default.vcl:ro'],
        tmpfs: ['/var/lib/varnish:size=256m,exec,mode=0700,uid=1000,gid=1000', '/tmp:size=16m,mode=1777'],
      },
    ),
  };
}

/** One of two, each with an address of its own: clients are told both, and ask the other when one is gone. */
function globalHaproxy(regions: readonly Region[], nth: number): ComposeService {
  const named = Object.fromEntries(regions.slice(0, 4).map(({ name }, i) => [`REGION_${i + 1}`, name]));
  const port = nth === 1 ? '${GLOBAL_PORT:-8443}' : '${GLOBAL_PORT_2:-8543}';
  return service(
    CORE,
    { cpus: '1.0', memory: '512M' },
    {
      image: IMAGES.haproxy,
      user: '99:99',
      command: ['haproxy', '-W', '-db', '-f', '/usr/local/etc/haproxy/global.cfg'],
      environment: { ...named, TLS_DIR: '/run/secrets', DNS_SERVER: '${DNS_SERVER:-127.0.0.11:53}' },
      volumes: ['./haproxy:/usr/local/etc/haproxy:ro'],
      secrets: ['ca.pem', 'balancer.pem', 'edge-bundle.pem'],
      tmpfs: ['/tmp:size=16m,mode=1777'],
      networks: { wan: { aliases: ['way-in'] } },
      ports: [`\${GLOBAL_ADDRESS:-127.0.0.1}:${port}:8443`],
      healthcheck: health(['CMD-SHELL', 'echo "show info" | socat - /tmp/haproxy.sock | grep -q ^Uptime']),
      stop_grace_period: '30s',
      ulimits: OPEN_FILES,
    },
  );
}

function grafana(): Services {
  return {
    grafana: service(
      FULL,
      { cpus: '0.5', memory: '512M' },
      {
        image: IMAGES.grafana,
        user: '472:472',
        environment: {
          GF_SECURITY_ADMIN_PASSWORD__FILE: '/run/secrets/grafana_password',
          GF_USERS_ALLOW_SIGN_UP: 'false',
          GF_ANALYTICS_REPORTING_ENABLED: 'false',
          GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
          PROMETHEUS_URL: 'http://prometheus:9090',
          ALERTMANAGER_URL: 'http://alertmanager:9093',
          JAEGER_URL: 'http://jaeger:16686',
        },
        volumes: [
          './monitoring/grafana/provisioning:/etc/grafana/provisioning:ro',
          './monitoring/grafana/dashboards:/var/lib/grafana/dashboards:ro',
          'grafana:/var/lib/grafana',
        ],
        secrets: ['grafana_password'],
        ports: ['127.0.0.1:${GRAFANA_PORT:-3030}:3000'],
        tmpfs: ['/tmp:size=64m,mode=1777'],
        healthcheck: health(['CMD', 'wget', '-qO-', 'http://127.0.0.1:3000/api/health']),
      },
    ),
  };
}

function seeing(): Services {
  return {
    jaeger: service(
      FULL,
      { cpus: '0.5', memory: '512M' },
      {
        image: IMAGES.jaeger,
        ports: ['127.0.0.1:${JAEGER_PORT:-16686}:16686'],
      },
    ),
  };
}

/** Where logs go, what shows them, and what sets both up. */
function logs(): Services {
  return {
    elasticsearch: service(
      FULL,
      { cpus: '2.0', memory: '2G', pids: 2048 },
      {
        image: IMAGES.elasticsearch,
        user: '1000:0',
        // It writes beside its program: what it needs is listed in its own documentation, and is more than mounts can give.
        read_only: false,
        environment: {
          'discovery.type': 'single-node',
          'xpack.security.enabled': 'false',
          ES_JAVA_OPTS: '-Xms1g -Xmx1g',
        },
        volumes: ['elasticsearch:/usr/share/elasticsearch/data'],
        healthcheck: health(['CMD', 'curl', '-fsS', 'http://127.0.0.1:9200/_cluster/health'], 120),
      },
    ),
    kibana: service(
      FULL,
      { cpus: '1.0', memory: '1G', pids: 512 },
      {
        image: IMAGES.kibana,
        user: '1000:0',
        read_only: false,
        environment: { ELASTICSEARCH_HOSTS: 'http://elasticsearch:9200', TELEMETRY_ENABLED: 'false' },
        ports: ['127.0.0.1:${KIBANA_PORT:-5601}:5601'],
      },
    ),
    // Runs once and ends; at every start, so that a new template comes into force.
    'logs-setup': service(
      FULL,
      { cpus: '0.25', memory: '128M' },
      {
        image: ownImage('btcf'),
        user: '10001:10001',
        restart: 'on-failure',
        entrypoint: ['node', '/monitoring/elasticsearch/setup.mjs'],
        environment: { ELASTICSEARCH_URL: 'http://elasticsearch:9200', KIBANA_URL: 'http://kibana:5601' },
        volumes: [
          './monitoring/elasticsearch:/monitoring/elasticsearch:ro',
          './monitoring/kibana:/monitoring/kibana:ro',
        ],
      },
    ),
  };
}

function secretsAndNames(regions: readonly Region[]): Services {
  // Services of every region ask them.
  const networks = { wan: null, ...Object.fromEntries(regions.map(({ name }) => [`${name}-app`, null])) };
  return {
    consul: service(
      FULL,
      { cpus: '0.5', memory: '256M' },
      {
        image: IMAGES.consul,
        networks,
        command: ['agent', '-config-dir=/etc/consul', '-data-dir=/consul/data'],
        volumes: ['./deploy/consul:/etc/consul:ro', 'consul:/consul/data'],
        secrets: ['service.pem', 'service-key.pem'],
        tmpfs: ['/tmp:size=16m,mode=1777'],
        healthcheck: health(['CMD', 'consul', 'members']),
      },
    ),
    vault: service(
      FULL,
      { cpus: '0.5', memory: '256M' },
      {
        image: IMAGES.vault,
        networks,
        command: ['vault', 'server', '-config=/etc/vault/vault.hcl'],
        volumes: ['./deploy/vault/vault.hcl:/etc/vault/vault.hcl:ro', 'vault:/vault/data'],
        secrets: ['ca.pem', 'service.pem', 'service-key.pem'],
        tmpfs: ['/tmp:size=16m,mode=1777'],
      },
    ),
    'vault-bootstrap': vaultBootstrap(),
  };
}

/** Run by an operator, once Vault is unsealed: sets it up and writes the logins of the services beside the secrets. */
function vaultBootstrap(): ComposeService {
  return {
    ...service(
      ['bootstrap'],
      { cpus: '0.25', memory: '64M' },
      {
        image: IMAGES.nginx, // it has what the script needs: a shell and curl
        user: '0:0',
        restart: 'no',
        entrypoint: ['/bin/sh', '/etc/vault/bootstrap.sh'],
        environment: {
          VAULT_ADDR: '${VAULT_ADDR:-https://vault:8200}',
          VAULT_CACERT: '/run/secrets/ca.pem',
          VAULT_TOKEN_FILE: '/run/secrets/vault_token',
          SECRETS_DIR: '/run/secrets',
        },
        volumes: ['./deploy/vault:/etc/vault:ro', '${SECRETS_DIR:-./deploy/secrets}:/run/secrets'],
        tmpfs: ['/tmp:size=16m,mode=1777'],
      },
    ),
    // The folder may belong to whoever made the secrets.
    cap_add: ['DAC_OVERRIDE'],
  };
}
