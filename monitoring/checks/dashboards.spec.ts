import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildDashboard } from '../../scripts/dashboards/build-dashboard.mjs';
import { dashboards as definitions } from '../../scripts/dashboards/definitions.mjs';
import { dashboards, type Panel } from './dashboards.js';
import { metricNames } from './promql-names.js';
import { exportedNames, MONITORING, recordingRules } from './rules.js';

const all = dashboards();
const panels = all.flatMap(({ title, panels: list }) =>
  list.map((panel) => ({ dashboard: title, ...panel })),
);
const targets = panels.flatMap(({ dashboard, title, targets: list }) =>
  list.map(({ expr }) => ({ dashboard, title, expr })),
);
const known = new Set([
  ...[...exportedNames().values()].flatMap((names) => [...names]),
  ...recordingRules().map(({ record }) => record),
  ...['up', 'ALERTS'],
]);

const overlaps = ({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('the dashboards', () => {
  it('are what the definitions make; npm run dashboards:generate writes them', () => {
    expect(all.map(({ file }) => file).sort()).toEqual(definitions.map(({ file }) => `${file}.json`).sort());
    for (const definition of definitions) {
      const path = join(MONITORING, 'grafana', 'dashboards', `${definition.file}.json`);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(
        JSON.parse(JSON.stringify(buildDashboard(definition))),
      );
    }
  });

  it.each(all)(
    '$title cannot be edited by hand, and lets one choose source, region, job and instance',
    (dashboard) => {
      expect(dashboard.editable).toBe(false);
      const { list } = dashboard.templating;
      expect(list.map(({ name, type }) => `${name} ${type}`)).toEqual([
        'datasource datasource',
        'region query',
        'job query',
        'instance query',
      ]);
      expect(list.slice(1).every(({ multi }) => multi)).toBe(true);
      expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
      const pairs = dashboard.panels.flatMap((a, at) =>
        dashboard.panels.slice(at + 1).map((b) => [a, b] as const),
      );
      expect(pairs.filter(([a, b]) => overlaps(a, b)).map(([a, b]) => [a.title, b.title])).toEqual([]);
      expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
    },
  );

  it('have names of their own', () => {
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
  });
});

describe('every panel', () => {
  it.each(panels)('$dashboard: $title says what it shows, in which unit, from the chosen source', (panel) => {
    expect(panel.title).toMatch(/\S/);
    expect(panel.description).toMatch(/^\S.{15,}\.$/);
    expect(panel.fieldConfig.defaults.unit).toMatch(/\S/);
    for (const { uid } of [panel.datasource, ...panel.targets.map(({ datasource }) => datasource)].map(
      (one) => one ?? { uid: '' },
    )) {
      expect(uid).toBe('${datasource}');
    }
    expect(panel.targets.every(({ legendFormat = '' }) => legendFormat !== '')).toBe(true);
  });
});

describe('every expression', () => {
  it.each(targets)('$dashboard: $title asks for metrics that exist, of the chosen regions', ({ expr }) => {
    expect([...metricNames(expr)].filter((name) => !known.has(name))).toEqual([]);
    const isOfAll = /^[^{]*\bALERTS\b/.test(expr);
    expect(isOfAll || expr.includes('region=~"$region"')).toBe(true);
    // A metric as it is exported is narrowed by job and instance too.
    for (const [, name = '', matchers = ''] of expr.matchAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g)) {
      if (name.includes(':') || name === 'ALERTS' || name === 'up') continue;
      expect(matchers).toMatch(/job=~"\$job",region=~"\$region",instance=~"\$instance"/);
    }
  });

  it.each(targets)('$dashboard: $title takes rates over the interval that fits the scrape', ({ expr }) => {
    for (const [, window = ''] of expr.matchAll(/rate\([^[]*\[([^\]]*)\]/g))
      expect(window).toBe('$__rate_interval');
    for (const name of metricNames(expr)) {
      if (!/_total$/.test(name)) continue;
      expect(expr).toMatch(new RegExp(`(rate|increase|changes)\\(${name}\\{`));
    }
  });
});
