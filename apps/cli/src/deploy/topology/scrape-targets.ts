import { stringify } from 'yaml';
import type { Region } from './region.js';

interface TargetGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly targets: readonly string[];
}

const NOTE = '# Written by `npm run deploy:generate`; read by monitoring/prometheus.yml.\n';
/** Of every service of ours; see INTERNAL_PORT of the compose files. */
const INTERNAL_PORT = 9464;

/** Whom Prometheus scrapes in a region: `monitoring/targets/<region>.yml`, by the names of the compose file of all. */
export function regionTargets({ name, gateways, predictions, workers }: Region): string {
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
  return text([
    group(name, 'gateway', numbered('gateway', gateways)),
    group(name, 'market-data', [`${name}-market-data:${INTERNAL_PORT}`]),
    group(name, 'prediction', numbered('prediction', predictions)),
    group(name, 'worker', numbered('worker', workers)),
    group(name, 'haproxy', [`haproxy-${name}:8404`]),
    group(name, 'nginx', [`nginx-exporter-${name}:9113`]),
    group(name, 'postgres', [`postgres-exporter-${name}:9187`]),
    group(name, 'patroni', [`postgres-${name}:8008`]),
    group(name, 'backup', [`postgres-${name}:9465`]),
    group(name, 'etcd', [`etcd-${name}:2381`]),
    store('queue'),
    store('cache'),
  ]);
}

/** What there is once. */
export function globalTargets(): string {
  return text([
    group('global', 'haproxy', ['global-haproxy:8404']),
    group('global', 'alertmanager', ['alertmanager:9093']),
    group('global', 'prometheus', ['127.0.0.1:9090']),
  ]);
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
