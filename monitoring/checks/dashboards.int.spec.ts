import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, freePort, repositoryRoot, waitFor } from '@btcforecast/testing';
import { asSent, dashboards } from './dashboards.js';
import { ABSENT, hasMonitoring, output, type Server, startServer } from './programs.js';
import { MONITORING, ruleTests, secondsOf } from './rules.js';
import { samplesOf } from './series.js';

const HOURS = 6;
/** What has nothing to show while all is well. */
const EMPTY_WHEN_WELL = ['Active alerts'];
const targets = dashboards().flatMap(({ title, panels }) =>
  panels.flatMap((panel) =>
    panel.targets.map(({ expr }) => ({ dashboard: title, title: panel.title, expr })),
  ),
);
const RUNBOOKS = join(repositoryRoot, 'docs', 'runbooks');

/** The series of the healthy system as text that promtool makes blocks of, ending now. */
function openMetrics(): string {
  const healthy = ruleTests().find(({ file }) => file === 'healthy_test.yml')!;
  const step = secondsOf(healthy.interval);
  const count = (HOURS * 3_600) / step;
  const from = Math.floor(Date.now() / 1_000) - count * step;
  const lines = healthy.input_series.flatMap(({ series, values }) =>
    samplesOf(values)
      .slice(0, count)
      .map((value, at) => `${series} ${value} ${from + at * step}`),
  );
  return `${lines.join('\n')}\n# EOF\n`;
}

describeWhen(hasMonitoring(), ABSENT)('a real Prometheus that holds six hours of a healthy system', () => {
  const folder = mkdtempSync(join(tmpdir(), 'btcforecast-dashboards-'));
  let server: Server;
  let url: string;

  const ask = async (
    query: string,
  ): Promise<{ status: string; error?: string; data?: { result: unknown[] } }> => {
    const reply = await fetch(`${url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query }),
    });
    return (await reply.json()) as { status: string; error?: string; data?: { result: unknown[] } };
  };

  beforeAll(async () => {
    writeFileSync(join(folder, 'series.txt'), openMetrics());
    await output('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', 'series.txt', 'data'], folder);
    const rules = readFileSync(join(MONITORING, 'recording_rules.yml'), 'utf8');
    writeFileSync(join(folder, 'rules.yml'), rules.replace(/^ *interval: .*\n/gm, '')); // all at each second
    url = `http://127.0.0.1:${await freePort()}`;
    writeFileSync(
      join(folder, 'prometheus.yml'),
      JSON.stringify({ global: { evaluation_interval: '1s' }, rule_files: ['rules.yml'] }),
    );
    server = startServer(
      'prometheus',
      [
        '--config.file=prometheus.yml',
        '--storage.tsdb.path=data',
        '--query.lookback-delta=10m',
        `--web.listen-address=${url.slice(7)}`,
      ],
      folder,
    );
    await waitFor(async () => (await ask('region:slo_budget_left:ratio')).data?.result.length, {
      deadlineMs: 30_000,
      what: `recordings of recordings are there: ${server.log()}`,
    });
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers every panel with data', async () => {
    const empty: string[] = [];
    for (const { dashboard, title, expr } of targets) {
      const { status, error, data } = await ask(asSent(expr));
      expect({ title, expr, status, error }).toEqual({ title, expr, status: 'success', error: undefined });
      if (data?.result.length === 0 && !EMPTY_WHEN_WELL.includes(title))
        empty.push(`${dashboard}: ${title}: ${expr}`);
    }
    expect(empty).toEqual([]);
  });

  it('understands every question of the runbooks', async () => {
    for (const file of readdirSync(RUNBOOKS)) {
      const text = readFileSync(join(RUNBOOKS, file), 'utf8');
      for (const [, query = ''] of text.matchAll(/^```promql\n([\s\S]*?)\n```$/gm)) {
        expect({ file, query, ...(await ask(query)) }).toMatchObject({ file, query, status: 'success' });
      }
    }
  });
});
