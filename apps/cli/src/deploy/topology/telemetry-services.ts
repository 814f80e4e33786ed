import { IMAGES } from './images.js';
import type { Region } from './region.js';
import { type ComposeService, bounded, type Services, twice } from './service.js';

const DATA = ['core', 'full', 'data'];

/** What tells the outside how a region is: metrics of others' servers; with `full` traces and logs as well. */
export function telemetryServices(region: Region): Services {
  return { ...exporters(region), ...outsideExporters(region), ...shippers(region) };
}

function exporters(region: Region): Services {
  const { name } = region;
  return {
    [`${name}-postgres-exporter`]: exporter(
      region,
      IMAGES.postgresExporter,
      {
        DATA_SOURCE_URI: 'postgres:5432/btcforecast?sslmode=verify-ca&sslrootcert=/run/secrets/ca.pem',
        DATA_SOURCE_USER: 'monitor',
        DATA_SOURCE_PASS_FILE: '/run/secrets/postgres_monitor',
      },
      {
        profiles: DATA,
        secrets: ['ca.pem', 'postgres_monitor'],
        networks: inside(region, 'data', 'postgres-exporter'),
      },
    ),
    [`${name}-redis-exporter`]: exporter(
      region,
      IMAGES.redisExporter,
      { REDIS_ADDR: '', REDIS_PASSWORD_FILE: '/run/secrets/redis_exporter' },
      { profiles: DATA, secrets: ['redis_exporter'], networks: inside(region, 'app', 'redis-exporter') },
    ),
    ...twice(`${name}-nginx-exporter`, (nth) => nginxExporter(region, nth)),
  };
}

/** One beside each nginx: older versions ask no more than one. */
function nginxExporter(region: Region, nth: number): ComposeService {
  const [host, alias] = [`${region.name}-nginx`, 'nginx-exporter'].map((name) =>
    nth === 1 ? name : `${name}-${nth}`,
  );
  return exporter(
    region,
    IMAGES.nginxExporter,
    {},
    {
      command: [`--nginx.scrape-uri=http://${host}:8090/stub_status`],
      networks: inside(region, 'edge', alias!),
    },
  );
}

/** Of the host, and of what a client sees. */
function outsideExporters(region: Region): Services {
  const { name } = region;
  return {
    [`${name}-node-exporter`]: exporter(
      region,
      IMAGES.nodeExporter,
      {},
      {
        command: ['--path.rootfs=/host'],
        volumes: ['/:/host:ro'],
        networks: inside(region, 'app', 'node-exporter'),
      },
    ),
    [`${name}-blackbox-exporter`]: exporter(
      region,
      IMAGES.blackboxExporter,
      {},
      {
        command: ['--config.file=/etc/blackbox/blackbox.yml'],
        volumes: ['./monitoring/blackbox.yml:/etc/blackbox/blackbox.yml:ro'],
        secrets: ['ca.pem'],
        // As clients come, and to links inside for their certificates.
        networks: { ...inside(region, 'edge', 'blackbox-exporter'), [`${name}-app`]: null },
      },
    ),
  };
}

function shippers(region: Region): Services {
  const { name } = region;
  return {
    [`${name}-otel-collector`]: bounded(
      {
        image: IMAGES.collector,
        profiles: ['full'],
        user: '10004:10004',
        command: ['--config=/etc/otel/collector.yml'],
        environment: { REGION: name },
        volumes: ['./deploy/otel:/etc/otel:ro', `${name}-otel:/var/lib/otelcol`],
        networks: inside(region, 'app', 'otel-collector'),
      },
      { cpus: '0.5', memory: '256M' },
    ),
    [`${name}-filebeat`]: bounded(
      {
        image: IMAGES.filebeat,
        profiles: ['full'],
        // Reads the logs of all containers of its host, which only root may.
        user: '0:0',
        cap_add: ['DAC_READ_SEARCH'],
        command: ['-e', '--strict.perms=false'],
        environment: { REGION: name },
        volumes: [
          './deploy/filebeat/filebeat.yml:/usr/share/filebeat/filebeat.yml:ro',
          '/var/lib/docker/containers:/var/lib/docker/containers:ro',
          `${name}-filebeat:/usr/share/filebeat/data`,
        ],
        networks: inside(region, 'app', 'filebeat'),
      },
      { cpus: '0.5', memory: '256M' },
    ),
    [`${name}-filebeat-exporter`]: {
      ...exporter(
        region,
        IMAGES.beatExporter,
        {},
        {
          command: [`-beat.uri=http://${name}-filebeat:5066`],
          networks: inside(region, 'app', 'filebeat-exporter'),
        },
      ),
      profiles: ['full'],
    },
  };
}

/** On the network of what it looks at, and on the one on which Prometheus comes by. */
function inside({ name }: Region, network: string, alias: string): ComposeService['networks'] {
  return { [`${name}-${network}`]: null, wan: { aliases: [`${alias}-${name}`] } };
}

function exporter(
  { name }: Region,
  image: string,
  environment: Record<string, string>,
  more: Pick<ComposeService, 'networks'> & Partial<ComposeService>,
): ComposeService {
  const profiles = ['core', 'full'];
  return bounded(
    { image, profiles, user: '65534:65534', environment: { REGION: name, ...environment }, ...more },
    { cpus: '0.25', memory: '64M' },
  );
}
