import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import { parse } from 'yaml';
import { multiRegionFile, regionFile } from './compose-file.js';
import { readRegion } from './region.js';
import { aloneTargets, globalTargets, regionTargets } from './scrape-targets.js';

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly targets: readonly string[];
}

const folder = join(repositoryRoot, 'deploy', 'regions');
const regions = readdirSync(folder)
  .filter((file) => file.endsWith('.env'))
  .map((file) => readRegion(join(folder, file)))
  .sort((one, other) => one.number - other.number);
const hostOf = (address: string): string =>
  new URL(address.includes('//') ? address : `tcp://${address}`).hostname;

const kept = (folderName: string, name: string): string =>
  readFileSync(join(repositoryRoot, 'monitoring', folderName, `${name}.yml`), 'utf8');

/** What `text` says to ask, and cannot be reached by name from the Prometheus of a compose file. */
function lost(composeText: string, prometheus: string, ...text: string[]): string[] {
  const { services } = parse(composeText, { version: '1.1', merge: true, maxAliasCount: -1 }) as {
    services: Record<string, { networks: Record<string, { aliases?: string[] } | null> }>;
  };
  const own = Object.keys(services[prometheus]!.networks); // there is one
  const reachable = new Set(['127.0.0.1']);
  for (const [name, { networks }] of Object.entries(services)) {
    for (const network of own.filter((each) => each in networks)) {
      for (const alias of [name, ...(networks[network]?.aliases ?? [])]) reachable.add(alias);
    }
  }
  return text
    .flatMap((each) => parse(each) as Group[])
    .flatMap(({ labels, targets }) => (labels['__exporter'] ? [labels['__exporter']] : targets))
    .map(hostOf)
    .filter((host) => !reachable.has(host));
}

describe('the targets of Prometheus', () => {
  it('are in the repository as they are made', () => {
    for (const region of regions) {
      expect(parse(kept('targets', region.name))).toEqual(parse(regionTargets(region)));
      expect(parse(kept('targets-alone', region.name))).toEqual(parse(aloneTargets(region, regions)));
    }
    expect(parse(kept('targets', 'global'))).toEqual(parse(globalTargets(regions)));
  });

  it('are hosts that Prometheus can reach in the compose file', () => {
    const all = [...regions.map(regionTargets), globalTargets(regions)];
    expect(lost(multiRegionFile(regions), 'prometheus', ...all)).toEqual([]);
  });

  it('of a region alone are in its own file, but for the Patroni of the others, whose names are on wan', () => {
    for (const region of regions) {
      const others = regions.filter(({ name }) => name !== region.name);
      expect(
        lost(regionFile(region, regions), `${region.name}-prometheus`, aloneTargets(region, regions)),
      ).toEqual(others.flatMap(({ name }) => [`postgres-${name}`, `postgres-${name}`]));
    }
  });
});

describe('what rules and panels read', () => {
  const MONITORING = join(repositoryRoot, 'monitoring');
  /** Who exports the names of a list: kind of target, and service of the compose file. */
  const EXPORTERS: Readonly<Record<string, readonly [kind: string, service: RegExp]>> = {
    alertmanager: ['alertmanager', /^alertmanager$/],
    blackbox: ['probe', /-blackbox-exporter$/],
    backup: ['backup', /-postgres$/],
    btcforecast: ['gateway', /-gateway-\d$/],
    etcd: ['etcd', /-etcd$/],
    filebeat: ['filebeat', /-filebeat-exporter$/],
    haproxy: ['haproxy', /-haproxy$/],
    nginx: ['nginx', /-nginx-exporter$/],
    node: ['node', /-node-exporter$/],
    'otel-collector': ['otel-collector', /-otel-collector$/],
    patroni: ['patroni', /-postgres$/],
    postgres: ['postgres', /-postgres-exporter$/],
    prometheus: ['prometheus', /^prometheus$/],
    redis: ['redis', /-redis-exporter$/],
    vault: ['gateway', /-gateway-\d$/],
  };
  /** Exporters that the operator adds; docs/monitoring.md says how. */
  const LEFT_TO_THE_OPERATOR = ['varnish'];

  it('is exported by something that the compose file starts and Prometheus asks', () => {
    const lists = readdirSync(join(MONITORING, 'metrics')).map((file) => file.replace('.txt', ''));
    const { services } = parse(multiRegionFile(regions), {
      version: '1.1',
      merge: true,
      maxAliasCount: -1,
    }) as {
      services: object;
    };
    const kinds = new Set(
      [...regions.map(regionTargets), globalTargets(regions)]
        .flatMap((text) => parse(text) as Group[])
        .map(({ labels }) => labels['__kind']),
    );
    for (const list of lists.filter((each) => !LEFT_TO_THE_OPERATOR.includes(each))) {
      const [kind = '', service = /^$/] = EXPORTERS[list] ?? [];
      const started = Object.keys(services).some((name) => service.test(name));
      expect({ list, started, asked: kinds.has(kind) }).toEqual({ list, started: true, asked: true });
    }
  });
});
