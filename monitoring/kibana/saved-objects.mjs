/** What Kibana shows of the logs: a data view, searches, and a dashboard of them, as `_import` takes them. */
const VIEW = 'btcforecast-logs';
const MIGRATED = { coreMigrationVersion: '8.8.0', managed: false };

const dataView = {
  type: 'index-pattern',
  id: VIEW,
  ...MIGRATED,
  typeMigrationVersion: '8.0.0',
  attributes: { title: 'logs-btcforecast-*', name: 'Logs of btcforecast', timeFieldName: '@timestamp' },
  references: [],
};

/** @param {string} id @param {string} title @param {string} description @param {string} query @param {string[]} columns */
function search(id, title, description, query, columns) {
  const indexRefName = 'kibanaSavedObjectMeta.searchSourceJSON.index';
  const source = { query: { query, language: 'kuery' }, filter: [], indexRefName };
  return {
    type: 'search',
    id: `btcforecast-${id}`,
    ...MIGRATED,
    typeMigrationVersion: '8.0.0',
    attributes: {
      title,
      description,
      columns,
      sort: [['@timestamp', 'desc']],
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    references: [{ name: indexRefName, type: 'index-pattern', id: VIEW }],
  };
}

const WHO = ['cloud.region', 'service.name'];
export const searches = [
  search(
    'errors',
    'Errors and warnings',
    'What somebody should look at.',
    'log.level: (warn or error or fatal)',
    [...WHO, 'log.level', 'message', 'error.message'],
  ),
  search('failed-requests', 'Requests that failed', 'Answers with 5xx.', 'http.response.status_code >= 500', [
    ...WHO,
    'http.request.method',
    'url.path',
    'http.response.status_code',
    'organization.id',
    'http.request.id',
  ]),
  search(
    'slow-requests',
    'Slow requests',
    'Longer than 100 ms.',
    'http.request.method: * and event.duration > 100000000',
    [...WHO, 'http.request.method', 'url.path', 'event.duration', 'trace.id'],
  ),
  search(
    'failed-jobs',
    'Jobs that failed',
    'To be retried or not.',
    'message: "job failed" or message: "job failed, to be retried"',
    [...WHO, 'labels.queue', 'labels.job', 'labels.id', 'error.message'],
  ),
];

function dashboard() {
  const panels = searches.map((_, at) => ({
    type: 'search',
    panelIndex: `${at}`,
    gridData: { x: (at % 2) * 24, y: Math.floor(at / 2) * 16, w: 24, h: 16, i: `${at}` },
    embeddableConfig: {},
    panelRefName: `panel_${at}`,
  }));
  return {
    type: 'dashboard',
    id: 'btcforecast-logs',
    ...MIGRATED,
    typeMigrationVersion: '8.9.0',
    attributes: {
      title: 'Logs of btcforecast',
      description: 'What went wrong lately, by region and service.',
      timeRestore: true,
      timeFrom: 'now-1h',
      timeTo: 'now',
      optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
      panelsJSON: JSON.stringify(panels),
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }),
      },
    },
    references: searches.map(({ id }, at) => ({ name: `${at}:panel_${at}`, type: 'search', id })),
  };
}

export const savedObjects = [dataView, ...searches, dashboard()];
