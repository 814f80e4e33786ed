import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { AppRoleEngine } from './app-role-engine.js';
import { DatabaseEngine, KvEngine, TransitEngine, type VaultEngine } from './vault-engines.js';
import { type Lease, randomId, VaultLeases } from './vault-leases.js';
import { VaultPolicies } from './vault-policies.js';
import { type Body, denied, missing, secondsOf, VaultRefusal, type VaultReply } from './vault-reply.js';

export interface AnsweredRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const SWEEP_MS = 50;
/** Needs no token. */
const LOGIN = 'auth/approle/login';

/**
 * Speaks the part of Vault's HTTP API that btcforecast uses, by its documentation, with leases that end, tokens that
 * take with them what was lent to them, and policies that are held. It is not Vault: what it does not know is 404.
 */
export class VaultStandIn {
  readonly rootToken = randomId('hvs.root');
  readonly leases = new VaultLeases();
  readonly policies = new VaultPolicies();
  readonly requests: AnsweredRequest[] = [];
  readonly audits = new Map<string, Body>();
  /** Answers 503 to everything, and lets nothing end meanwhile. */
  sealed = false;
  /** So many of the next requests are answered 429. */
  throttled = 0;
  readonly #engines = new Map<string, VaultEngine & { readonly type: string }>();
  readonly #auths = new Map<string, AppRoleEngine>();
  readonly #wrapped = new Map<string, { readonly reply: VaultReply; readonly endsAt: number }>();
  readonly #server: Server;
  #sweep: NodeJS.Timeout | undefined;
  #port = 0;

  private constructor() {
    this.leases.add({ id: this.rootToken, policies: ['root'], seconds: Infinity, lastEnd: Infinity });
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<VaultStandIn> {
    const vault = new VaultStandIn();
    await vault.resume();
    return vault;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, again on the same port after {@link stop}. */
  async resume(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#sweep = setInterval(() => void (this.sealed || this.leases.revokeEnded()), SWEEP_MS);
  }

  /** Away: refuses connections, and lets nothing end. What it knows it keeps. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** Takes everything back that it lent, and is gone. */
  async close(): Promise<void> {
    if (this.#server.listening) await this.stop();
    for (const id of this.leases.ids) await this.leases.revoke(id);
  }

  /** As an operator does it: with the root token, and past what is sealed or throttled. */
  async write(path: string, body: Body, method = 'POST'): Promise<VaultReply> {
    return (await this.#handle(method, path, body, this.leases.find(this.rootToken)!)) ?? {};
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    const path = new URL(request.url ?? '', this.url).pathname.replace(/^\/v1\//, '');
    try {
      const body = (await json(request).catch(() => ({}))) as Body;
      const reply = await this.#reply(method, path, body, request.headers);
      const status = reply ? 200 : 204;
      this.requests.push({ method, path, status });
      response.writeHead(status, { 'content-type': 'application/json' }).end(reply && JSON.stringify(reply));
    } catch (error) {
      const { status, message } =
        error instanceof VaultRefusal ? error : new VaultRefusal(500, String(error));
      this.requests.push({ method, path, status });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: message === '' ? [] : [message] }));
    }
  }

  async #reply(method: string, path: string, body: Body, headers: IncomingMessage['headers']) {
    if (path === 'sys/seal-status') return { sealed: this.sealed, initialized: true };
    this.#assertServing(path);
    const shown = String(headers['x-vault-token'] ?? '');
    if (path === 'sys/wrapping/unwrap') return this.#unwrap(shown);
    const token = this.leases.find(shown);
    const mayDo = token !== undefined && this.policies.allows(token.policies, method, path);
    if (!mayDo && path !== LOGIN) throw denied();
    const reply = await this.#handle(method, path, body, token);
    const wrapTtl = headers['x-vault-wrap-ttl'];
    return wrapTtl && reply ? this.#wrap(reply, secondsOf(wrapTtl)) : reply && full(reply);
  }

  #assertServing(path: string): void {
    if (this.sealed) throw new VaultRefusal(503, 'Vault is sealed');
    if (this.throttled === 0) return;
    this.throttled -= 1;
    throw new VaultRefusal(429, `request path "${path}": rate limit quota exceeded`);
  }

  async #handle(
    method: string,
    path: string,
    body: Body,
    token: Lease | undefined,
  ): Promise<VaultReply | undefined> {
    const [first = '', second = '', ...rest] = path.split('/');
    if (first === 'auth' && second === 'token') return this.#ownToken(rest.join('/'), token!);
    if (first === 'auth') return (this.#auths.get(second) ?? absent()).handle(method, rest.join('/'), body);
    if (first === 'sys') return this.#system(method, path.slice('sys/'.length), body);
    return (this.#engines.get(first) ?? absent()).handle(method, [second, ...rest].join('/'), body, token!);
  }

  async #ownToken(verb: string, { id, policies, seconds }: Lease): Promise<VaultReply | undefined> {
    if (verb === 'lookup-self') return { data: { id, policies } };
    if (verb === 'revoke-self') return void (await this.leases.revoke(id));
    const renewed = await this.leases.renew(id, seconds);
    return { auth: { client_token: id, policies, lease_duration: renewed.seconds, renewable: true } };
  }

  async #system(method: string, path: string, body: Body): Promise<VaultReply | undefined> {
    const lease = String(body['lease_id']);
    if (path === 'leases/renew') return this.#renew(lease, Number(body['increment'] ?? 0));
    if (path === 'leases/revoke') return void (await this.leases.revoke(lease));
    const [kind = '', ...rest] = path.split('/');
    if (method === 'GET') return this.#list(kind);
    const set: Record<string, (name: string, settings: Body) => undefined> = {
      policies: (name, { policy }) => void this.policies.write(name.replace(/^acl\//, ''), String(policy)),
      mounts: (name, settings) => this.#mount(name, settings),
      auth: (name, settings) => this.#enable(name, settings),
      audit: (name, settings) => this.#audit(name, settings),
    };
    return (set[kind] ?? absent())(rest.join('/'), body);
  }

  async #renew(id: string, increment: number): Promise<VaultReply> {
    const { seconds, isCut } = await this.leases.renew(id, increment);
    const warnings = isCut ? ['TTL of lease exceeded the effective max_ttl'] : [];
    return { lease_id: id, renewable: true, lease_duration: seconds, warnings };
  }

  #audit(name: string, settings: Body): undefined {
    if (this.audits.has(name)) throw new VaultRefusal(400, `path already in use: ${name}/`);
    this.audits.set(name, settings);
  }

  #list(kind: string): VaultReply {
    const types: Record<string, [string, unknown][]> = {
      mounts: [...this.#engines].map(([path, { type }]) => [path, type]),
      auth: [
        ['token', 'token'],
        ...[...this.#auths.keys()].map((path): [string, string] => [path, 'approle']),
      ],
      audit: [...this.audits].map(([path, { type }]) => [path, type]),
    };
    return { data: Object.fromEntries((types[kind] ?? []).map(([path, type]) => [`${path}/`, { type }])) };
  }

  #mount(path: string, { type, options }: Body): undefined {
    if (this.#engines.has(path)) throw new VaultRefusal(400, `path is already in use at ${path}/`);
    const isKv2 = type === 'kv' && String((options as Body | undefined)?.['version']) === '2';
    if (isKv2) this.#engines.set(path, Object.assign(new KvEngine(), { type }));
    else if (type === 'database') {
      this.#engines.set(path, Object.assign(new DatabaseEngine(path, this.leases), { type }));
    } else if (type === 'transit') this.#engines.set(path, Object.assign(new TransitEngine(), { type }));
    else throw new VaultRefusal(400, `plugin not found in the catalog: ${String(type)}`);
  }

  #enable(path: string, { type }: Body): undefined {
    if (this.#auths.has(path)) throw new VaultRefusal(400, `path is already in use at ${path}/`);
    if (type !== 'approle') throw new VaultRefusal(400, `plugin not found in the catalog: ${String(type)}`);
    this.#auths.set(path, new AppRoleEngine(this.leases));
  }

  #wrap(reply: VaultReply, ttl: number) {
    const token = randomId('hvs.wrap');
    this.#wrapped.set(token, { reply: full(reply), endsAt: Date.now() + ttl * 1_000 });
    return { ...full({}), data: null, wrap_info: { token, ttl, creation_path: '' } };
  }

  #unwrap(token: string): VaultReply {
    const found = this.#wrapped.get(token);
    this.#wrapped.delete(token);
    if (found && found.endsAt > Date.now()) return found.reply;
    throw new VaultRefusal(400, 'wrapping token is not valid or does not exist');
  }
}

function full(reply: VaultReply): VaultReply {
  const none = { lease_id: '', renewable: false, lease_duration: 0, data: null, warnings: null, auth: null };
  return { ...none, ...reply } as VaultReply;
}

function absent(): never {
  throw missing();
}
