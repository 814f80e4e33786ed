import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError, createLogger } from '@btcforecast/platform';
import { repositoryRoot } from '@btcforecast/testing';
import { parse } from 'yaml';
import { savedObjects, searches } from '../kibana/saved-objects.mjs';
import { ElasticStandIn, mappingOf } from './elastic-stand-in.js';
import { MONITORING } from './rules.js';

const STREAM = 'logs-btcforecast-default';
const template = JSON.parse(
  readFileSync(join(MONITORING, 'elasticsearch', 'index-template.json'), 'utf8'),
) as {
  template: { mappings: Parameters<typeof mappingOf>[0] };
};
const ecs = new Map(
  readFileSync(join(MONITORING, 'elasticsearch', 'ecs-fields.txt'), 'utf8')
    .split('\n')
    .map((line) => line.split(' ') as [string, string]),
);

/** One line with every field that a line can have, and a label. */
function fullLine(): Record<string, unknown> {
  const lines: string[] = [];
  const logger = createLogger('gateway', { destination: { write: (line) => void lines.push(line) } });
  const fields = {
    address: '::1',
    tenant: 'acme',
    actor: 'key a',
    requestId: 'abcdefgh',
    method: 'GET',
    path: '/v1/x',
  };
  const error = new AppError('bug', 'internal.bug', 'broken');
  logger.error(
    { ...fields, reason: 'why', context: 'Router', ms: 1, status: 500, route: '/v1/:x', err: error },
    'request',
  );
  const ids = { 'trace.id': 'a'.repeat(32), 'span.id': 'b'.repeat(16) };
  return { ...(JSON.parse(lines[0] ?? '{}') as object), ...ids };
}

function flat(mapping: Parameters<typeof mappingOf>[0], path: readonly string[] = []): [string, string][] {
  return Object.entries(mapping.properties ?? {}).flatMap(([name, inner]) =>
    inner.properties
      ? flat(inner, [...path, name])
      : [[[...path, name].join('.'), inner.type ?? ''] as [string, string]],
  );
}

describe('the template of the logs', () => {
  it('has every field that a line can have', () => {
    const { mappings } = template.template;
    expect(Object.keys(fullLine()).filter((field) => !mappingOf(mappings, field)?.type)).toEqual([]);
  });

  it('names fields of the schema only, with types that fit', () => {
    for (const [field, type] of flat(template.template.mappings)) {
      const expected = { long: 'number', object: 'object' }[type] ?? 'string';
      expect({ field, type: ecs.get(field) }).toEqual({ field, type: expected });
    }
  });

  it('is that of the stream to which Filebeat writes', () => {
    const config = parse(readFileSync(join(repositoryRoot, 'deploy/filebeat/filebeat.yml'), 'utf8')) as {
      'output.elasticsearch': { index: string };
    };
    expect(config['output.elasticsearch'].index).toBe(STREAM);
  });

  it('has every field for which a search of Kibana asks', () => {
    for (const { attributes } of searches) {
      const query = (
        JSON.parse(attributes.kibanaSavedObjectMeta.searchSourceJSON) as { query: { query: string } }
      ).query;
      const asked = [...query.query.matchAll(/([\w.]+)\s*(?::|>=?)/g)].map(([, field = '']) => field);
      for (const field of [...asked, ...attributes.columns])
        expect({ field, type: mappingOf(template.template.mappings, field)?.type }).toEqual({
          field,
          type: expect.any(String),
        });
    }
  });
});

describe('monitoring/elasticsearch/setup.mjs', () => {
  let elastic: ElasticStandIn;
  beforeEach(async () => {
    elastic = await ElasticStandIn.start();
  });
  afterEach(() => elastic.close());

  const run = async (env: Record<string, string> = {}): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(MONITORING, 'elasticsearch', 'setup.mjs')],
      {
        env: { ELASTICSEARCH_URL: elastic.url, KIBANA_URL: elastic.url, ...env },
      },
    );
    return stdout;
  };
  const bulk = async (
    ...lines: object[]
  ): Promise<{ errors: boolean; items: { create: { status: number } }[] }> => {
    const body = lines.map((line) => `{"create":{}}\n${JSON.stringify(line)}\n`).join('');
    const response = await fetch(`${elastic.url}/${STREAM}/_bulk`, { method: 'POST', body });
    return (await response.json()) as { errors: boolean; items: { create: { status: number } }[] };
  };

  it('makes a stream that takes our lines, refuses what does not fit, and gives Kibana all it needs', async () => {
    elastic.busy = 2;
    expect(await run()).toContain(`${STREAM}: made\nKibana: ${savedObjects.length} objects\n`);
    const { items } = await bulk(fullLine(), { ...fullLine(), 'event.duration': 'long' });
    expect(items.map(({ create }) => create.status)).toEqual([201, 400]);
    expect(elastic.documents).toHaveLength(1);
  });

  it('changes nothing when all is there, and begins a new index with a new template', async () => {
    await run();
    expect(await run()).toContain('there already');
    expect(elastic.indices).toBe(1);
    const path = '/_index_template/btcforecast-logs';
    const old = await ((await fetch(`${elastic.url}${path}`)).json() as Promise<{
      index_templates: [{ index_template: object }];
    }>);
    const body = JSON.stringify({ ...old.index_templates[0].index_template, _meta: { digest: 'old' } });
    await fetch(`${elastic.url}${path}`, { method: 'PUT', body });
    expect(await run()).toContain('goes on in an index of the new template');
    expect(elastic.indices).toBe(2);
  });

  it('ends with an error when the other is not Elasticsearch, or not there in time', async () => {
    elastic.product = 'OpenSearch';
    await expect(run()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not Elasticsearch'),
    });
    const away = { ELASTICSEARCH_URL: 'http://127.0.0.1:9', SETUP_TIMEOUT_SECONDS: '0' };
    await expect(run(away)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no time left'),
    });
  });
});
