import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { settled } from './controllers.fixture.js';
import { discovery, type Json, KINDS, openApi } from './discovery.fixture.js';

/** What a client sent that changes something. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly body: Json;
}

/** As much of an API server of Kubernetes as kubectl asks for, with a controller that is done at once. */
export interface ApiServer {
  readonly kubeconfig: string;
  readonly sent: Sent[];
  /** Paths of all that there is. */
  readonly objects: Map<string, Json>;
  close(): void;
}

export async function startApiServer(): Promise<ApiServer> {
  const objects = new Map<string, Json>();
  const sent: Sent[] = [];
  const server = createServer((request, reply) => {
    answer(request, reply, objects, sent).catch((error: unknown) => {
      reply.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'anybody', user: {} }],
    contexts: [{ name: 'us-east', context: { cluster: 'here', user: 'anybody' } }],
  });
  return {
    kubeconfig,
    sent,
    objects,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  reply: ServerResponse,
  objects: Map<string, Json>,
  sent: Sent[],
): Promise<void> {
  const { pathname: path, searchParams: query } = new URL(String(request.url), 'http://here');
  const method = String(request.method);
  if (method === 'GET') {
    if (query.get('watch')) {
      reply.writeHead(200, { 'content-type': 'application/json' }).flushHeaders(); // nothing changes by itself
      return;
    }
    tell(reply, path, openApi(path) ?? discovery(path) ?? stored(path, query, objects));
    return;
  }
  const type = String(request.headers['content-type']);
  const body = parse((await text(request)) || '{}') as Json;
  sent.push({ method, path, type, body });
  if (method === 'DELETE') {
    tell(
      reply,
      path,
      objects.delete(path) ? { kind: 'Status', apiVersion: 'v1', status: 'Success' } : undefined,
    );
    return;
  }
  const parent = path.replace(/\/scale$/, '');
  const changed = merged(objects.get(parent), type, body);
  if (changed) send(reply, 200, replyTo(path, settled(parent, changed, objects)));
  else send(reply, 415, failure(415, 'UnsupportedMediaType', type));
}

function tell(reply: ServerResponse, path: string, found: Json | string | undefined): void {
  send(reply, found ? 200 : 404, found ?? failure(404, 'NotFound', path));
}

function send(reply: ServerResponse, status: number, body: Json | string): void {
  const isText = typeof body === 'string';
  reply
    .writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' })
    .end(isText ? body : JSON.stringify(body));
}

/** How many there are is asked and told as an object of its own. */
function replyTo(path: string, { metadata, spec, ...object }: Json): Json {
  if (!path.endsWith('/scale')) return { metadata, spec, ...object };
  return { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata, spec: { replicas: spec.replicas } };
}

const failure = (code: number, reason: string, message: string): Json => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason,
  message,
  code,
});

/** One object, a list of them, or what a pod logged. */
function stored(path: string, query: URLSearchParams, objects: Map<string, Json>): Json | string | undefined {
  if (path.endsWith('/log'))
    return objects.has(path.replace(/\/log$/, '')) ? 'nothing to do: the schema is new\n' : undefined;
  const one = objects.get(path);
  if (one) return one;
  const kind = KINDS.find(([, , plural]) => path.endsWith(`/${plural}`));
  if (!kind) return undefined;
  const asked = (query.get('labelSelector') ?? '').split(',').filter(Boolean);
  const name = query.get('fieldSelector')?.replace('metadata.name=', '');
  const items = [...objects]
    .filter(([key]) => key.startsWith(`${path}/`))
    .map(([, object]) => object)
    .filter(({ metadata }) => !name || metadata.name === name)
    .filter(({ metadata }) =>
      asked.every((pair) => metadata.labels?.[pair.split('=')[0]!] === pair.split('=').at(-1)),
    );
  return { kind: `${kind[1]}List`, apiVersion: kind[0], metadata: { resourceVersion: '1' }, items };
}

/** An object after a request: applied as a whole, or changed by a patch; undefined for a patch of no known kind. */
function merged(old: Json | undefined, type: string, body: Json): Json | undefined {
  if (type.startsWith('application/apply-patch')) return { ...body, status: old?.['status'] };
  const changed = structuredClone(old);
  return changed && PATCHES[type]?.(changed, body);
}

const PATCHES: Record<string, (object: Json, patch: Json) => Json> = {
  'application/json-patch+json': (object, patch) => {
    for (const { path, value } of patch as unknown as { path: string; value: unknown }[]) {
      setAt(object, path, value);
    }
    return object;
  },
  'application/merge-patch+json': (object, { spec }) => ({ ...object, spec: { ...object['spec'], ...spec } }),
  'application/strategic-merge-patch+json': (object, { spec }) => {
    const containers: Json[] = object['spec'].template.spec.containers;
    for (const { name, image } of spec.template.spec.containers) {
      containers.find((each) => each['name'] === name)!['image'] = image;
    }
    return object;
  },
};

function setAt(object: Json, path: string, value: unknown): void {
  const keys = path.slice(1).split('/');
  const last = keys.pop()!;
  keys.reduce((inner, key) => inner[key], object)[last] = value;
}
