import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Tag {
  key: string;
  value: string;
}
export interface StoredRun {
  info: { run_id: string; artifact_uri: string; status: string; run_name: string };
  data: { tags: Tag[]; params: Map<string, string>; metrics: Map<string, object> };
  experiment: string;
}
export interface StoredVersion {
  name: string;
  version: string;
  source: string;
  run_id: string;
  tags: Tag[];
}
interface StoredModel {
  aliases: Map<string, string>;
  versions: StoredVersion[];
}
type Body = Record<string, unknown>;

/** The server's own word for what is wrong with a request. */
class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/**
 * MLflow's REST interface as far as a mirror uses it, kept in memory: with the paths, limits, rules for names and
 * aliases, write-once parameters and error codes of the real server.
 */
export class MlflowStandIn {
  readonly experiments = new Map<string, string>();
  readonly runs: StoredRun[] = [];
  readonly models = new Map<string, StoredModel>();
  readonly files = new Map<string, Buffer>();
  readonly requests: string[] = [];
  /** Answers with these statuses first. */
  failures: number[] = [];
  token: string | undefined;
  artifactRoot = 'mlflow-artifacts:';
  #url = '';
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  get url(): string {
    return this.#url;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const url = new URL(request.url!, this.#url);
    const content = Buffer.concat((await request.toArray()) as Buffer[]);
    this.requests.push(`${request.method} ${url.pathname}`);
    const failure = this.failures.shift();
    if (failure)
      return { status: failure, body: { error_code: 'TEMPORARILY_UNAVAILABLE', message: 'later' } };
    if (this.token && request.headers.authorization !== `Bearer ${this.token}`)
      return { status: 401, body: 'who?' };
    try {
      if (content.length > 1024 * 1024 && !url.pathname.includes('mlflow-artifacts')) invalid('over 1 MB');
      return { status: 200, body: this.#route(request.method!, url, content) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: { error_code: error.code, message: error.message } };
    }
  }

  #route(method: string, url: URL, content: Buffer): unknown {
    const artifact = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.+)$/.exec(url.pathname)?.[1];
    if (method === 'PUT' && artifact) {
      this.files.set(decodeURIComponent(artifact), content);
      return {};
    }
    const path = /^\/api\/2\.0\/mlflow\/(.+)$/.exec(url.pathname)?.[1];
    const body = (
      content.length ? JSON.parse(content.toString()) : Object.fromEntries(url.searchParams)
    ) as Body;
    const handler = this.#routes[`${method} ${path}`];
    if (!handler) throw new Refusal('ENDPOINT_NOT_FOUND', `no endpoint ${method} ${url.pathname}`, 404);
    return handler(body);
  }

  readonly #routes: Record<string, (body: Body) => unknown> = {
    'GET experiments/get-by-name': ({ experiment_name }) => {
      const id = this.experiments.get(text(experiment_name)) ?? missing('experiment');
      return { experiment: { experiment_id: id } };
    },
    'POST experiments/create': ({ name }) => {
      if (this.experiments.has(validName(name, 500))) exists('experiment');
      this.experiments.set(text(name), String(this.experiments.size + 1));
      return { experiment_id: this.experiments.get(text(name)) };
    },
    'POST runs/create': (body) => this.#createRun(body),
    'POST runs/search': ({ experiment_ids, page_token }) => {
      const all = this.runs.filter(({ experiment }) => (experiment_ids as string[]).includes(experiment));
      return page(all.map(shownRun), page_token, 'runs');
    },
    'POST runs/log-batch': (body) => this.#logBatch(body),
    'POST runs/update': ({ run_id, status, end_time }) => {
      if (!['RUNNING', 'FINISHED', 'FAILED'].includes(text(status)) || !Number.isInteger(end_time))
        invalid('status');
      this.#run(run_id).info.status = text(status);
      return { run_info: this.#run(run_id).info };
    },
    'POST registered-models/create': ({ name }) => {
      if (this.models.has(validName(name, 256))) exists('registered model');
      this.models.set(text(name), { aliases: new Map(), versions: [] });
      return { registered_model: { name } };
    },
    'GET registered-models/get': ({ name }) => {
      const aliases = [...this.#model(name).aliases].map(([alias, version]) => ({ alias, version }));
      return { registered_model: { name, ...(aliases.length ? { aliases } : {}) } };
    },
    'GET model-versions/search': ({ filter, page_token }) => {
      const name = /^name='([^']+)'$/.exec(text(filter))?.[1] ?? invalid('filter');
      return page(this.models.get(name)?.versions ?? [], page_token, 'model_versions');
    },
    'POST model-versions/create': ({ name, source, run_id, tags }) => {
      const { versions } = this.#model(name);
      if (!text(source).startsWith(this.#run(run_id).info.artifact_uri)) invalid('source is outside its run');
      const version = { name: text(name), version: String(versions.length + 1), source: text(source) };
      versions.push({ ...version, run_id: text(run_id), tags: validTags(tags) });
      return { model_version: { ...versions.at(-1), status: 'READY' } };
    },
    'POST model-versions/set-tag': ({ name, version, key, value }) => {
      const { tags } = this.#version(name, version);
      const [tag] = validTags([{ key, value }]);
      const at = tags.findIndex((one) => one.key === key);
      tags.splice(at < 0 ? tags.length : at, at < 0 ? 0 : 1, tag!);
      return {};
    },
    'POST registered-models/alias': ({ name, alias, version }) => {
      if (!/^[\w-]{1,255}$/.test(text(alias)) || /^(latest|v\d+)$/i.test(text(alias)))
        invalid(`alias ${alias}`);
      this.#model(name).aliases.set(text(alias), this.#version(name, version).version);
      return {};
    },
    'DELETE registered-models/alias': ({ name, alias }) => {
      this.#model(name).aliases.delete(text(alias));
      return {};
    },
  };

  #createRun({ experiment_id, run_name, start_time, tags }: Body): unknown {
    if (![...this.experiments.values()].includes(text(experiment_id))) missing('experiment');
    if (!Number.isInteger(start_time)) invalid('start_time');
    const run_id = `run${this.runs.length + 1}`;
    this.runs.push({
      experiment: text(experiment_id),
      info: {
        run_id,
        run_name: text(run_name),
        artifact_uri: `${this.artifactRoot}/${text(experiment_id)}/${run_id}/artifacts`,
        status: 'RUNNING',
      },
      data: { tags: validTags(tags), params: new Map(), metrics: new Map() },
    });
    return { run: shownRun(this.runs.at(-1)!) };
  }

  #logBatch({ run_id, metrics = [], params = [] }: Body): unknown {
    const { data } = this.#run(run_id);
    const [numbers, texts] = [metrics as Body[], params as Tag[]];
    if (numbers.length > 1000 || texts.length > 100 || numbers.length + texts.length > 1000)
      invalid('too many');
    for (const param of texts) logParam(data, param);
    for (const metric of numbers) logMetric(data, metric);
    return {};
  }

  #run(id: unknown): StoredRun {
    return this.runs.find(({ info }) => info.run_id === id) ?? missing('run');
  }

  #model(name: unknown): StoredModel {
    return this.models.get(text(name)) ?? missing('registered model');
  }

  #version(name: unknown, version: unknown): StoredVersion {
    if (typeof version !== 'string') invalid('version must be a string');
    return this.#model(name).versions.find((one) => one.version === version) ?? missing('version');
  }
}

/** A parameter is written once. */
function logParam({ params }: StoredRun['data'], { key, value }: Tag): void {
  if (text(value).length > 6000) invalid('parameter value');
  const before = params.get(validName(key, 250));
  if (before !== undefined && before !== value) invalid(`parameter ${key} was logged as ${before}`);
  params.set(key, value);
}

/** The very same value again is the same value. */
function logMetric({ metrics }: StoredRun['data'], { key, value, timestamp, step }: Body): void {
  const sound = typeof value === 'number' && Number.isInteger(timestamp) && Number.isInteger(step);
  if (!sound) invalid(`metric ${JSON.stringify({ key, value, timestamp, step })}`);
  metrics.set(`${validName(key, 250)} ${timestamp} ${step} ${value}`, { key, value, timestamp, step });
}

/** Pages of one, so that whoever reads must turn them. */
function page(all: readonly unknown[], token: unknown, field: string): object {
  const at = Number(token ?? 0);
  const next = at + 1 < all.length ? { next_page_token: String(at + 1) } : {};
  return { ...(all.length ? { [field]: [all[at]] } : {}), ...next };
}

function shownRun({ info, data }: StoredRun): object {
  return { info, data: { tags: data.tags } };
}

function text(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : invalid(`not a text: ${JSON.stringify(value)}`);
}

function validName(value: unknown, longest: number): string {
  const name = text(value);
  if (name.length > longest || !/^[/\w.\- ]+$/.test(name) || name.startsWith('/') || name.includes('..'))
    invalid(name);
  return name;
}

function validTags(tags: unknown): Tag[] {
  return (tags as Tag[]).map(({ key, value }) => {
    if (text(value).length > 5000) invalid('tag value');
    return { key: validName(key, 250), value };
  });
}

function invalid(what: string): never {
  throw new Refusal('INVALID_PARAMETER_VALUE', `invalid: ${what}`);
}
function missing(what: string): never {
  throw new Refusal('RESOURCE_DOES_NOT_EXIST', `no such ${what}`, 404);
}
function exists(what: string): never {
  throw new Refusal('RESOURCE_ALREADY_EXISTS', `${what} exists`);
}
