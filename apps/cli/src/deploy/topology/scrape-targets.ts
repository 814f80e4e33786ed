import { stringify } from 'yaml';
import { RPC_PORTS } from './app-services.js';
import type { Region } from './region.js';

interface TargetGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly targets: readonly string[];
}

const NOTE = '# Written by `npm run deploy:generate`; read by monitoring/prometheus.yml.\n';
/** Of every service of ours; see INTERNAL_PORT of the compose files. */
const INTERNAL_PORT = 9464;

/** The one address behind the edge that needs no key and is not answered by the edge itself. */
const PROBED = '/health/live';
const WAYS_IN = ['global-haproxy', 'global-haproxy-2'];
/** Runs with the profile `full` only, and is missed only where something of that profile answers. */
const FULL = { profile: 'full' };

/** Whom Prometheus scrapes in a region: `monitoring/targets/<region>.yml`, by the names of the compose file of all. */
export function regionTargets(region: Region): string {
  return text(groupsOf(region));
}

function groupsOf({ name, gateways, predictions, workers }: Region): TargetGroup[] {
  const numbered = (service: string, count: number): string[] =>
    Array.from({ length: count }, (_, at) => `${name}-${service}-${at + 1}:${INTERNAL_PORT}`);
  const store = (which: 'queue' | 'cache'): TargetGroup =>
    group(
      name,
      'redis',
      [1, 2].map((n) => `redis://redis-${which}-${n}:6379`),
      {
        store: which,
        __exporter: `redis-exporter-${name}:9121`,
      },
    );
  return [
    group(name, 'gateway', numbered('gateway', gateways)),
    group(name, 'market-data', [`${name}-market-data:${INTERNAL_PORT}`]),
    group(name, 'prediction', numbered('prediction', predictions)),
    group(name, 'worker', numbered('worker', workers)),
    group(name, 'haproxy', [`${name}-haproxy:8404`, `${name}-haproxy-2:8404`]),
    group(name, 'nginx', [`nginx-exporter-${name}:9113`, `nginx-exporter-2-${name}:9113`]),
    group(name, 'postgres', [`postgres-exporter-${name}:9187`]),
    group(name, 'patroni', [`postgres-${name}:8008`]),
    group(name, 'backup', [`postgres-${name}:9465`]),
    group(name, 'etcd', [`etcd-${name}:2381`]),
    store('queue'),
    store('cache'),
    group(name, 'node', [`node-exporter-${name}:9100`]),
    probe(name, `https://nginx-${name}:8443${PROBED}`, name),
    // Of data.pem, balancer.pem and service.pem; what clients see is probed as they see it.
    group(
      name,
      'certificate',
      [`postgres-${name}:8008`, `haproxy-${name}:8443`, `market-data:${RPC_PORTS['market-data']}`],
      { __exporter: `blackbox-exporter-${name}:9115` },
    ),
    group(name, 'otel-collector', [`otel-collector-${name}:8888`], FULL),
    group(name, 'filebeat', [`filebeat-exporter-${name}:9479`], FULL),
  ];
}

/** What there is once. */
export function globalTargets(regions: readonly Region[]): string {
  const probing = regions
    .slice(0, 1)
    .flatMap(({ name }) => WAYS_IN.map((host) => probe('global', `https://${host}:8443${PROBED}`, name)));
  const balancers = WAYS_IN.map((host) => `${host}:8404`);
  return text([group('global', 'haproxy', balancers), ...probing, ...watching('global')]);
}

/**
 * Whom the Prometheus of a region on a host of its own scrapes: what is in the region, and the PostgreSQL of all
 * others, for from one member nobody can tell whether there is a primary and who backs it up.
 */
export function aloneTargets(region: Region, regions: readonly Region[]): string {
  const others = regions.filter(({ name }) => name !== region.name);
  return text([
    ...groupsOf(region),
    ...others.flatMap(({ name }) => [
      group(name, 'patroni', [`postgres-${name}:8008`]),
      group(name, 'backup', [`postgres-${name}:9465`]),
    ]),
    ...watching(region.name),
  ]);
}

function watching(region: string): TargetGroup[] {
  return [
    group(region, 'alertmanager', ['alertmanager:9093']),
    group(region, 'prometheus', ['127.0.0.1:9090']),
  ];
}

function probe(region: string, url: string, by: string): TargetGroup {
  return group(region, 'probe', [url], { __exporter: `blackbox-exporter-${by}:9115` });
}

function group(
  region: string,
  kind: string,
  targets: readonly string[],
  more: Readonly<Record<string, string>> = {},
): TargetGroup {
  return { labels: { region, __kind: kind, ...more }, targets };
}

function text(groups: readonly TargetGroup[]): string {
  return NOTE + stringify(groups);
}
