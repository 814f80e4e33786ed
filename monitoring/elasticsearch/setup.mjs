/**
 * Puts the life cycle, the template and the data stream of the logs into Elasticsearch, and what shows them into
 * Kibana. May run as often as one likes: what is there is replaced, and no line of the logs is touched.
 *
 *   ELASTICSEARCH_URL=http://elasticsearch:9200 KIBANA_URL=http://kibana:5601 node monitoring/elasticsearch/setup.mjs
 *
 * Without KIBANA_URL only Elasticsearch is set up. It waits for both up to SETUP_TIMEOUT_SECONDS (default 300).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { savedObjects } from '../kibana/saved-objects.mjs';

const {
  ELASTICSEARCH_URL = 'http://127.0.0.1:9200',
  KIBANA_URL,
  SETUP_TIMEOUT_SECONDS = '300',
} = process.env;
const STREAM = 'logs-btcforecast-default';
const TEMPLATE = '/_index_template/btcforecast-logs';
const LONGEST_PAUSE_MS = 10_000;
const deadline = Date.now() + Number(SETUP_TIMEOUT_SECONDS) * 1_000;

const file = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const say = (text) => process.stdout.write(`${text}\n`);

/** Asks until there is an answer that is not "later", as long as there is time. */
async function ask(method, url, options = {}) {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(url, { method, ...options, signal: AbortSignal.timeout(30_000) }).catch(
      (error) => error,
    );
    const isLater = response instanceof Error || response.status === 429 || response.status >= 502;
    if (!isLater) return response;
    const why = response instanceof Error ? (response.cause?.code ?? response.message) : response.status;
    if (Date.now() > deadline)
      throw new Error(`${method} ${url}: ${why}; there is no time left to try again`);
    await sleep(pauseMs(response, attempt));
  }
}

function pauseMs(response, attempt) {
  const asked =
    response instanceof Error ? Number.NaN : Number(response.headers.get('retry-after') ?? Number.NaN);
  return Math.min(Number.isFinite(asked) ? asked * 1_000 : 250 * 2 ** attempt, LONGEST_PAUSE_MS);
}

/** The answer; undefined where there is no such thing. */
async function elastic(method, path, body, accepted = []) {
  const options = body && { body, headers: { 'content-type': 'application/json' } };
  const response = await ask(method, `${ELASTICSEARCH_URL}${path}`, options);
  if (response.headers.get('x-elastic-product') !== 'Elasticsearch')
    throw new Error(`${ELASTICSEARCH_URL} is not Elasticsearch; set ELASTICSEARCH_URL to one`);
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  if (accepted.includes(response.status)) return undefined;
  throw new Error(`${method} ${path}: ${response.status} ${text}`);
}

async function setUpElasticsearch() {
  const template = JSON.parse(file('index-template.json'));
  const digest = createHash('sha256').update(file('index-template.json')).digest('hex');
  await elastic('PUT', '/_ilm/policy/btcforecast-logs', file('life-cycle.json'));
  const before = await elastic('GET', TEMPLATE, undefined, [404]);
  const isSame = before?.index_templates[0]?.index_template._meta?.digest === digest;
  const body = JSON.stringify({ ...template, _meta: { ...template._meta, digest } });
  if (!isSame) await elastic('PUT', TEMPLATE, body);
  const isThere = (await elastic('GET', `/_data_stream/${STREAM}`, undefined, [404])) !== undefined;
  // Another may have made it meanwhile; that is 400.
  if (!isThere) await elastic('PUT', `/_data_stream/${STREAM}`, undefined, [400]);
  // A template counts for new indices only.
  else if (!isSame) await elastic('POST', `/${STREAM}/_rollover`);
  say(
    `${STREAM}: ${!isThere ? 'made' : isSame ? 'there already' : 'goes on in an index of the new template'}`,
  );
}

async function setUpKibana(url) {
  const body = new FormData();
  const lines = savedObjects.map((object) => JSON.stringify(object)).join('\n');
  body.append('file', new Blob([`${lines}\n`], { type: 'application/x-ndjson' }), 'btcforecast.ndjson');
  const response = await ask('POST', `${url}/api/saved_objects/_import?overwrite=true`, {
    body,
    headers: { 'kbn-xsrf': 'true' },
  });
  const text = await response.text();
  const result = response.ok ? JSON.parse(text) : { success: false };
  if (!result.success) throw new Error(`Kibana did not take the objects: ${response.status} ${text}`);
  say(`Kibana: ${result.successCount} objects`);
}

try {
  await setUpElasticsearch();
  if (KIBANA_URL) await setUpKibana(KIBANA_URL);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
