const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const REGION = 'region=~"$region"';
const MATCHERS = {
  '{$r': `{${REGION}`,
  '{$i': `{${REGION},instance=~"$instance"`,
  '{$': `{job=~"$job",${REGION},instance=~"$instance"`,
};
const WIDTH = 24;

/** An expression with the short forms of the definitions written out. */
export function expanded(expression) {
  return expression
    .replace(/\{\$[ri]?(?=[,}])/g, (short) => MATCHERS[short])
    .replaceAll('[$]', '[$__rate_interval]');
}

/** The JSON of one dashboard, as Grafana provisions it. Pure. */
export function buildDashboard({ file, title, asks, jobs, panels }) {
  return {
    uid: `btcf-${file}`,
    title,
    description: asks,
    tags: ['btcforecast'],
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    timezone: 'utc',
    version: 1,
    links: [
      {
        type: 'dashboards',
        title: 'Dashboards',
        tags: ['btcforecast'],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    annotations: { list: [starts()] },
    templating: { list: variables(jobs) },
    panels: laidOut(panels.map(panel)),
  };
}

function starts() {
  return {
    name: 'Starts of processes',
    enable: true,
    iconColor: 'blue',
    datasource: DATASOURCE,
    expr: `sum by (job, region) (changes(process_start_time_seconds{job=~"gateway|market-data|prediction|worker",${REGION}}[5m])) > 0`,
    titleFormat: '{{job}} started in {{region}}',
    step: '60s',
  };
}

function variables(jobs) {
  const query = (name, label, text) => ({
    type: 'query',
    name,
    label,
    datasource: DATASOURCE,
    query: { query: text, refId: name },
    definition: text,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
    refresh: 2,
    sort: 1,
  });
  return [
    { type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus', current: {} },
    query('region', 'Region', 'label_values(up, region)'),
    query('job', 'Job', `label_values(up{job=~"${jobs}",${REGION}}, job)`),
    query('instance', 'Instance', `label_values(up{job=~"$job",${REGION}}, instance)`),
  ];
}

const OPTIONS = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: {
    colorMode: 'value',
    graphMode: 'area',
    textMode: 'value_and_name',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  },
  table: { showHeader: true, cellHeight: 'sm' },
};
const SIZES = { timeseries: [8, 8], stat: [4, 5], table: [12, 8] };

function panel({ type, title, unit, description, targets, w, h }, index) {
  const [width, height] = SIZES[type];
  const isTable = type === 'table';
  return {
    id: index + 1,
    type,
    title,
    description,
    datasource: DATASOURCE,
    size: [w ?? width, h ?? height],
    fieldConfig: {
      defaults: { unit, ...(unit === 'percentunit' && type === 'timeseries' ? { decimals: 2 } : {}) },
      overrides: [],
    },
    options: OPTIONS[type],
    ...(isTable ? { transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }] } : {}),
    targets: targets.map(([expression, legend], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: DATASOURCE,
      expr: expanded(expression),
      // What a recording is made of has exemplars, a recording has none.
      ...(/\bhttp_request_duration_seconds_bucket\{/.test(expression) && { exemplar: true }),
      legendFormat: legend,
      ...(isTable ? { format: 'table', instant: true, range: false } : { range: true }),
    })),
  };
}

/** From left to right, in lines as high as their highest panel. */
function laidOut(panels) {
  let [x, y, lineHeight] = [0, 0, 0];
  return panels.map(({ size: [w, h], ...rest }) => {
    if (x + w > WIDTH) [x, y, lineHeight] = [0, y + lineHeight, 0];
    const gridPos = { x, y, w, h };
    x += w;
    lineHeight = Math.max(lineHeight, h);
    return { ...rest, gridPos };
  });
}
