import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { Client } from 'pg';
import { type Lease, randomId, type VaultLeases } from './vault-leases.js';
import { type Body, missing, secondsOf, stringsOf, VaultRefusal, type VaultReply } from './vault-reply.js';

/** What is mounted under a path of its own. */
export interface VaultEngine {
  handle(method: string, path: string, body: Body, token: Lease): Promise<VaultReply | undefined>;
}

/** KV, version 2. */
export class KvEngine implements VaultEngine {
  readonly #values = new Map<string, { version: number; data: unknown }>();

  async handle(method: string, path: string, body: Body): Promise<VaultReply> {
    const [, name] = /^data\/(.+)$/.exec(path) ?? [];
    if (name === undefined) throw missing();
    const found = this.#values.get(name);
    if (method === 'GET') {
      if (!found) throw missing();
      return { data: { data: found.data, metadata: { version: found.version } } };
    }
    const version = (found?.version ?? 0) + 1;
    this.#values.set(name, { version, data: body['data'] });
    return { data: { version } };
  }
}

interface Connection {
  readonly url: string;
  readonly allowed: readonly string[];
}

/** The database engine with its plug-in for PostgreSQL: really makes, renews and drops roles there. */
export class DatabaseEngine implements VaultEngine {
  readonly #connections = new Map<string, Connection>();
  readonly #roles = new Map<string, Body>();

  constructor(
    private readonly mount: string,
    private readonly leases: VaultLeases,
  ) {}

  async handle(method: string, path: string, body: Body, token: Lease): Promise<VaultReply | undefined> {
    const [kind, name = ''] = path.split('/');
    if (kind === 'creds' && method === 'GET') return this.#lend(name, token);
    if (kind === 'config' && method !== 'GET') return void (await this.#connect(name, body));
    if (kind === 'roles' && method !== 'GET') return void this.#roles.set(name, body);
    throw missing();
  }

  async #connect(name: string, body: Body): Promise<void> {
    const url = String(body['connection_url'])
      .replace('{{username}}', encodeURIComponent(String(body['username'])))
      .replace('{{password}}', encodeURIComponent(String(body['password'])));
    await query(url, ['SELECT 1']).catch((error: Error) => {
      throw new VaultRefusal(
        400,
        `error creating database object: error verifying connection: ${error.message}`,
      );
    });
    this.#connections.set(name, { url, allowed: stringsOf(body['allowed_roles']) });
  }

  async #lend(name: string, token: Lease): Promise<VaultReply> {
    const role = this.#roles.get(name);
    const connection = this.#connections.get(String(role?.['db_name']));
    if (!role || !connection) throw new VaultRefusal(400, `unknown role: ${name}`);
    if (!connection.allowed.includes(name) && !connection.allowed.includes('*')) {
      throw new VaultRefusal(500, `"${name}" is not an allowed role`);
    }
    const user = randomId(`v-approle-${name.slice(0, 8)}-`);
    const password = randomBytes(15).toString('base64url');
    const run = (statements: unknown, until: number): Promise<void> => {
      const filled = stringsOf(statements).map((text) =>
        text
          .replaceAll(/\{\{(?:name|username)\}\}/g, user)
          .replaceAll('{{password}}', password)
          .replaceAll('{{expiration}}', new Date(until).toISOString()),
      );
      return query(connection.url, filled);
    };
    const seconds = secondsOf(role['default_ttl']);
    const lease = this.leases.add({
      id: `${this.mount}/creds/${name}/${randomId('')}`,
      parent: token.id,
      seconds,
      lastEnd: Date.now() + secondsOf(role['max_ttl']) * 1_000,
      renewed: (until) => run(role['renew_statements'], until),
      revoked: () => run(role['revocation_statements'], 0),
    });
    await run(role['creation_statements'], lease.endsAt);
    return {
      lease_id: lease.id,
      lease_duration: seconds,
      renewable: true,
      data: { username: user, password },
    };
  }
}

async function query(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const text of statements) await client.query(text);
  } finally {
    await client.end();
  }
}

/** The transit engine, as far as ed25519 keys go. */
export class TransitEngine implements VaultEngine {
  readonly #keys = new Map<string, KeyObject[]>();

  async handle(method: string, path: string, body: Body): Promise<VaultReply | undefined> {
    const [kind = '', name = '', verb] = path.split('/');
    if (kind === 'keys' && method !== 'GET') return this.#add(name, verb === 'rotate', body);
    const versions = this.#keys.get(name);
    if (versions) return kind === 'sign' ? signed(versions, body) : described(name, versions);
    throw kind === 'sign' ? new VaultRefusal(400, 'signing key not found') : missing();
  }

  /** A key that is made again stays as it is. */
  #add(name: string, isRotation: boolean, body: Body): undefined {
    const before = this.#keys.get(name) ?? [];
    if (!isRotation && body['type'] !== 'ed25519') throw new VaultRefusal(400, 'unknown key type');
    if (!isRotation && before.length > 0) return;
    this.#keys.set(name, [...before, generateKeyPairSync('ed25519').privateKey]);
  }
}

function described(name: string, versions: readonly KeyObject[]): VaultReply {
  const keys = versions.map((key, i) => [i + 1, { name: 'ed25519', public_key: rawPublic(key) }]);
  return { data: { name, type: 'ed25519', latest_version: versions.length, keys: Object.fromEntries(keys) } };
}

function signed(versions: readonly KeyObject[], body: Body): VaultReply {
  const version = Number(body['key_version'] ?? versions.length) || versions.length;
  const key = versions[version - 1];
  if (!key) throw new VaultRefusal(400, 'invalid key version');
  const signature = sign(null, Buffer.from(String(body['input']), 'base64'), key).toString('base64');
  return { data: { signature: `vault:v${version}:${signature}`, key_version: version } };
}

function rawPublic(key: KeyObject): string {
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
}
