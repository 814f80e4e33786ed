import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createLogger, HealthRegistry, Metrics, startInternalServer } from '@btcforecast/platform';
import { describeWhen, freePort, waitFor } from '@btcforecast/testing';
import { parse } from 'yaml';
import { dashboards } from './dashboards.js';
import { ABSENT, hasMonitoring, startServer } from './programs.js';
import { MONITORING } from './rules.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const NAME = 'http_request_duration_seconds';

interface Exemplars {
  readonly data: {
    readonly exemplars: { readonly labels: { readonly trace_id: string }; readonly value: string }[];
  }[];
}

describeWhen(hasMonitoring(), ABSENT)('a trace from a point of a panel', () => {
  it('is found by a real Prometheus that scrapes a service of ours', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'btcforecast-exemplars-'));
    const metrics = new Metrics({ service: 'gateway', region: 'solo' });
    metrics.tallied<'route'>(NAME, 'Time', [0.1, 1]).tally({ route: '/v1' }).observe(0.25, TRACE);
    const internal = await startInternalServer({
      port: 0,
      host: '127.0.0.1',
      health: new HealthRegistry(),
      metrics,
      logger: createLogger('test', { level: 'silent' }),
    });
    const listen = `127.0.0.1:${await freePort()}`;
    const targets = [{ targets: [`127.0.0.1:${internal.port}`] }];
    const config = {
      scrape_configs: [
        { job_name: 'gateway', scrape_interval: '500ms', scrape_timeout: '500ms', static_configs: targets },
      ],
    };
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const args = [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      '--enable-feature=exemplar-storage',
      `--web.listen-address=${listen}`,
    ];
    const prometheus = startServer('prometheus', args, folder);
    try {
      const found = await waitFor(
        async () => {
          const now = Date.now() / 1_000;
          const range = new URLSearchParams({
            query: `${NAME}_bucket`,
            start: `${now - 600}`,
            end: `${now + 60}`,
          });
          const reply = await fetch(`http://${listen}/api/v1/query_exemplars?${range}`).catch(
            () => undefined,
          );
          return ((await reply?.json()) as Exemplars | undefined)?.data.flatMap(
            ({ exemplars }) => exemplars,
          )[0];
        },
        { deadlineMs: 30_000, what: `the exemplar: ${prometheus.log()}` },
      );
      expect(found).toMatchObject({ labels: { trace_id: TRACE }, value: '0.25' });
    } finally {
      await prometheus.close();
      await internal.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is where Grafana is told to look, and panels of latencies ask for it', () => {
    const file = join(MONITORING, 'grafana', 'provisioning', 'datasources', 'prometheus.yml');
    const { datasources } = parse(readFileSync(file, 'utf8')) as {
      datasources: { uid: string; jsonData?: { exemplarTraceIdDestinations?: object[] } }[];
    };
    expect(datasources[0]?.jsonData?.exemplarTraceIdDestinations).toEqual([
      { name: 'trace_id', datasourceUid: 'jaeger' },
    ]);
    expect(datasources.map(({ uid }) => uid)).toContain('jaeger');
    const asking = dashboards().flatMap(({ panels }) =>
      panels.flatMap(({ targets: all }) => all.filter((target) => 'exemplar' in target)),
    );
    expect(asking.length).toBeGreaterThan(0);
  });
});
