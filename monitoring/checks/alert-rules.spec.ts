import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import { parse } from 'yaml';
import { metricNames } from './promql-names.js';
import { alertRules, exportedNames, MONITORING, recordingRules, ruleTests, secondsOf } from './rules.js';

const RUNBOOKS = join(repositoryRoot, 'docs', 'runbooks');
const SECTIONS = ['Meaning', 'Impact', 'Look', 'Mend', 'Wake somebody'];
const OWNERS = ['api', 'data', 'models', 'platform', 'security'];
/** Series that Prometheus makes itself. */
const OWN_SERIES = ['up', 'ALERTS', 'ALERTS_FOR_STATE'];

const alerts = alertRules();
const names = [...new Set(alerts.map(({ alert }) => alert))];
const recorded = Map.groupBy(recordingRules(), ({ record = '' }) => record);
const exported = exportedNames();
const isExported = (name: string): boolean => [...exported.values()].some((known) => known.has(name));

/** What an expression comes from in the end: recordings are followed. */
function sources(expression: string): ReadonlySet<string> {
  const result = new Set<string>();
  const seen = new Set<string>();
  const open = [expression];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const name of metricNames(next)) {
      const rules = recorded.get(name);
      if (!rules) result.add(name);
      else if (!seen.has(name)) open.push(...rules.map(({ expr }) => expr));
      seen.add(name);
    }
  }
  return result;
}

describe('every alert', () => {
  it.each(alerts)(
    '$alert says how bad, whose, what, how much and what to do',
    ({ alert, labels, annotations }) => {
      expect(['critical', 'warning', 'none']).toContain(labels?.['severity']);
      expect(OWNERS).toContain(labels?.['owner']);
      expect(annotations?.['summary']).toMatch(/^\S.{8,}$/);
      expect(annotations?.['description']).toMatch(/\{\{ \$value/);
      expect(annotations?.['runbook_url']).toBe(`{{ $externalURL }}/user/runbooks/${alert}.md`);
    },
  );

  it.each(names)('%s has a runbook with every section', (alert) => {
    const text = readFileSync(join(RUNBOOKS, `${alert}.md`), 'utf8');
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(SECTIONS);
    expect(text).toMatch(new RegExp(`^# ${alert}\n`));
    for (const [, link = ''] of text.matchAll(/\]\(([^)]+\.md)\)/g)) {
      expect({ link, isThere: existsSync(join(RUNBOOKS, link)) }).toEqual({ link, isThere: true });
    }
  });

  it('has its runbook, and no runbook is left over', () => {
    expect(readdirSync(RUNBOOKS).sort()).toEqual(names.map((name) => `${name}.md`).sort());
  });
});

describe('the jobs of Prometheus', () => {
  it('are the kinds of target that docs/monitoring.md names', () => {
    const config = readFileSync(join(MONITORING, 'prometheus.yml'), 'utf8');
    const page = readFileSync(join(repositoryRoot, 'docs', 'monitoring.md'), 'utf8');
    const listed = /`__kind` is one of ([^.]*)\./.exec(page)?.[1]?.split(', ') ?? [];
    const { scrape_configs: jobs } = parse(config) as { scrape_configs: { job_name: string }[] };
    expect(jobs.map(({ job_name: name }) => name).sort()).toEqual([...listed].sort());
    for (const name of listed)
      expect(config).toContain(`{ source_labels: [__kind], regex: ${name}, action: keep }`);
  });
});

describe('every metric', () => {
  it.each(alerts)('that $alert reads is exported by a known version of something', ({ expr }) => {
    const unknown = [...sources(expr)].filter((name) => !OWN_SERIES.includes(name) && !isExported(name));
    expect(unknown).toEqual([]);
  });

  it('that is recorded comes from something known', () => {
    for (const { record, expr } of [...recorded.values()].flat()) {
      const unknown = [...sources(expr)].filter((name) => !OWN_SERIES.includes(name) && !isExported(name));
      expect({ record, unknown }).toEqual({ record, unknown: [] });
    }
  });
});

describe('the promtool tests', () => {
  const tests = ruleTests();
  const healthy = tests.filter(({ file }) => file === 'healthy_test.yml');
  const others = tests.filter(({ file }) => file !== 'healthy_test.yml');

  it.each(names)('show %s firing, and not one evaluation earlier', (alert) => {
    const boundaries = others.flatMap(({ alert_rule_test: steps, evaluation_interval }) => {
      const mine = steps.filter(({ alertname }) => alertname === alert);
      const fires = mine.find(({ exp_alerts: expected = [] }) => expected.length > 0);
      const quiet = mine.find(({ exp_alerts: expected = [] }) => expected.length === 0);
      if (!fires) return [];
      const apart = quiet ? secondsOf(fires.eval_time) - secondsOf(quiet.eval_time) : null;
      return [{ apart, wanted: secondsOf(fires.eval_time) === 0 ? null : secondsOf(evaluation_interval) }];
    });
    expect(boundaries.length).toBeGreaterThan(0);
    for (const { apart, wanted } of boundaries) expect(apart).toBe(wanted);
  });

  it('have every window of every burn rate fire', () => {
    const key = (labels: Readonly<Record<string, string>>): string => `${labels['slo']} ${labels['window']}`;
    const wanted = alerts.filter(({ labels }) => labels?.['slo']).map(({ labels }) => key(labels ?? {}));
    const shown = others.flatMap(({ alert_rule_test: steps }) =>
      steps.flatMap(({ exp_alerts: expected = [] }) => expected.map(({ exp_labels: labels }) => key(labels))),
    );
    expect([...new Set(shown)].filter((each) => !each.includes('undefined')).sort()).toEqual(
      [...wanted].sort(),
    );
  });

  it('show each alert but the watchdog silent while all is well, long enough for it to fire', () => {
    const quiet = healthy.flatMap(({ alert_rule_test: steps }) =>
      steps.filter(({ exp_alerts: expected = [] }) => expected.length === 0),
    );
    expect(quiet.map(({ alertname }) => alertname).sort()).toEqual(
      names.filter((name) => name !== 'Watchdog').sort(),
    );
    for (const { alertname, eval_time: time } of quiet) {
      const longest = Math.max(
        ...alerts.filter(({ alert }) => alert === alertname).map((rule) => secondsOf(rule.for ?? '')),
      );
      expect({ alertname, enough: secondsOf(time) > longest }).toEqual({ alertname, enough: true });
    }
  });

  it('know in that healthy system every metric that an alert reads, so that silence means something', () => {
    const present = new Set(
      healthy.flatMap(({ input_series: series }) => series.flatMap((each) => [...metricNames(each.series)])),
    );
    const read = new Set(alerts.flatMap(({ expr }) => [...sources(expr)]));
    // The other spelling of a counter of the collector; one is there.
    const spelling = 'otelcol_exporter_send_failed_spans_total';
    expect([...read].filter((name) => !present.has(name) && name !== spelling)).toEqual([]);
  });
});
