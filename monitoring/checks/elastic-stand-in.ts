import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Mapping {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
}

interface Template {
  readonly index_patterns: readonly string[];
  readonly data_stream?: object;
  readonly template: { readonly settings: object; readonly mappings: Mapping };
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const NOT_FOUND: Answer = {
  status: 404,
  body: { error: { type: 'resource_not_found_exception' }, status: 404 },
};
const fault = (type: string): Answer => ({ status: 400, body: { error: { type }, status: 400 } });
const DONE: Answer = { status: 200, body: { acknowledged: true } };

/**
 * What Elasticsearch and Kibana do with what is set up here: a template asks for a policy that is there, a data stream
 * for a template that matches, `_bulk` takes each line or refuses it by itself, by the types of the template.
 */
export class ElasticStandIn {
  readonly asked: Asked[] = [];
  /** So many requests are answered 429 first. */
  busy = 0;
  product = 'Elasticsearch';
  readonly documents: object[] = [];
  indices = 0;
  readonly #policies = new Set<string>();
  readonly #templates = new Map<string, Template>();
  readonly #streams = new Map<string, Template>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ElasticStandIn> {
    const server = createServer();
    const standIn = new ElasticStandIn(server);
    server.on('request', (request, response) => void standIn.#serve(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    this.asked.push({ method, path, body });
    response.setHeader('x-elastic-product', this.product).setHeader('content-type', 'application/json');
    if (this.busy > 0) {
      this.busy -= 1;
      response.writeHead(429, { 'retry-after': '0' }).end('{}');
      return;
    }
    const answer = path.startsWith('/api/')
      ? imported(headers['kbn-xsrf'], body)
      : this.#elastic(method, path.split('/').filter(Boolean), body);
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  }

  #elastic(method: string, [first = '', second = '', third = '']: string[], body: string): Answer {
    const key = `${method} ${first.startsWith('_') ? first : second}`;
    const by: Readonly<Record<string, () => Answer>> = {
      'PUT _ilm': () => (this.#policies.add(third), DONE),
      'GET _index_template': () => this.#template(second),
      'PUT _index_template': () => this.#putTemplate(second, JSON.parse(body) as Template),
      'GET _data_stream': () => (this.#streams.has(second) ? { status: 200, body: {} } : NOT_FOUND),
      'PUT _data_stream': () => this.#putStream(second),
      'POST _rollover': () => this.#rollOver(first),
      'POST _bulk': () => this.#bulk(first, body),
    };
    return by[key]?.() ?? NOT_FOUND;
  }

  #template(name: string): Answer {
    const found = this.#templates.get(name);
    return found ? { status: 200, body: { index_templates: [{ name, index_template: found }] } } : NOT_FOUND;
  }

  #putTemplate(name: string, template: Template): Answer {
    const policy = /"lifecycle":\{"name":"([^"]*)"/.exec(JSON.stringify(template.template.settings))?.[1];
    if (!template.data_stream || !this.#policies.has(policy ?? ''))
      return fault('illegal_argument_exception');
    this.#templates.set(name, template);
    return DONE;
  }

  #putStream(name: string): Answer {
    const fits = ({ index_patterns: patterns }: Template): boolean =>
      patterns.some((pattern) => name.startsWith(pattern.replace('*', '')));
    const template = [...this.#templates.values()].find(fits);
    if (!template || this.#streams.has(name)) return fault('resource_already_exists_exception');
    return this.#use(name, template);
  }

  #rollOver(name: string): Answer {
    const [template] = this.#templates.values();
    return template && this.#streams.has(name) ? this.#use(name, template) : NOT_FOUND;
  }

  #use(name: string, template: Template): Answer {
    this.#streams.set(name, template);
    this.indices += 1;
    return DONE;
  }

  /** As the bulk API: the whole is 200, and each item has a status of its own. */
  #bulk(name: string, body: string): Answer {
    const mappings = this.#streams.get(name)?.template.mappings;
    if (!mappings) return NOT_FOUND;
    const lines = body.trimEnd().split('\n');
    const items = lines.flatMap((line, at) => {
      if (at % 2 === 0) return [];
      const document = JSON.parse(line) as Record<string, unknown>;
      const wrong = Object.entries(document).find(
        ([field, value]) => !takes(mappingOf(mappings, field), value),
      );
      if (!wrong) this.documents.push(document);
      const error = { type: 'document_parsing_exception', reason: `failed to parse field [${wrong?.[0]}]` };
      return [{ create: wrong ? { status: 400, error } : { status: 201 } }];
    });
    return { status: 200, body: { errors: items.some(({ create }) => create.status !== 201), items } };
  }
}

/** Of a dotted name; undefined when the template does not name it. */
export function mappingOf(mappings: Mapping, field: string): Mapping | undefined {
  return field
    .split('.')
    .reduce<Mapping | undefined>(
      (at, part) => at?.properties?.[part] ?? (at?.type === 'object' ? at : undefined),
      mappings,
    );
}

function takes(mapping: Mapping | undefined, value: unknown): boolean {
  if (mapping?.type === 'long') return Number.isInteger(Number(value));
  if (mapping?.type === 'date') return !Number.isNaN(Date.parse(String(value)));
  return mapping?.type === undefined || typeof value !== 'object';
}

function imported(xsrf: string | string[] | undefined, body: string): Answer {
  const objects = [...body.matchAll(/^\{.*\}$/gm)].map(
    ([line]) => JSON.parse(line) as { type: string; id: string; references: { type: string; id: string }[] },
  );
  const known = new Set(objects.map(({ type, id }) => `${type} ${id}`));
  const missing = objects.flatMap(({ references }) =>
    references.filter(({ type, id }) => !known.has(`${type} ${id}`)),
  );
  if (xsrf === undefined)
    return { status: 400, body: { message: 'Request must contain a kbn-xsrf header.' } };
  const success = objects.length > 0 && missing.length === 0;
  return { status: 200, body: { success, successCount: objects.length, errors: missing } };
}
