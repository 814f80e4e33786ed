import { randomUUID } from 'node:crypto';
import { randomId, type VaultLeases } from './vault-leases.js';
import { type Body, missing, secondsOf, stringsOf, VaultRefusal, type VaultReply } from './vault-reply.js';

interface SecretId {
  usesLeft: number;
  readonly endsAt: number;
}

interface Role {
  readonly roleId: string;
  readonly settings: Body;
  readonly secretIds: Map<string, SecretId>;
}

/** The auth method AppRole. */
export class AppRoleEngine {
  readonly #roles = new Map<string, Role>();

  constructor(private readonly leases: VaultLeases) {}

  async handle(method: string, path: string, body: Body): Promise<VaultReply | undefined> {
    if (path === 'login') return this.#logIn(body);
    const [, name = '', part] = /^role\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const role = this.#roles.get(name);
    if (part === undefined && method !== 'GET') return this.#write(name, body);
    if (!role) throw missing();
    if (part === 'role-id') return { data: { role_id: role.roleId } };
    if (part === 'secret-id') return this.#secretId(role);
    return { data: role.settings };
  }

  #write(name: string, settings: Body): undefined {
    const before = this.#roles.get(name);
    const roleId = before?.roleId ?? randomUUID();
    this.#roles.set(name, { roleId, settings, secretIds: before?.secretIds ?? new Map() });
  }

  #secretId({ secretIds, settings }: Role): VaultReply {
    const id = randomUUID();
    const ttl = secondsOf(settings['secret_id_ttl']);
    const usesLeft = Number(settings['secret_id_num_uses'] ?? 0) || Infinity;
    secretIds.set(id, { usesLeft, endsAt: ttl ? Date.now() + ttl * 1_000 : Infinity });
    return { data: { secret_id: id, secret_id_accessor: randomUUID(), secret_id_ttl: ttl } };
  }

  /** Uses a secret id once. */
  #admit(roleId: unknown, secretId: string): [name: string, role: Role] {
    const [name, role] = [...this.#roles].find(([, each]) => each.roleId === roleId) ?? [];
    const secret = role?.secretIds.get(secretId);
    if (!name || !role || !secret || secret.endsAt <= Date.now()) {
      throw new VaultRefusal(400, 'invalid role or secret ID');
    }
    secret.usesLeft -= 1;
    if (secret.usesLeft <= 0) role.secretIds.delete(secretId);
    return [name, role];
  }

  #logIn({ role_id: roleId, secret_id: secretId }: Body): VaultReply {
    const [name, { settings }] = this.#admit(roleId, String(secretId));
    const period = secondsOf(settings['token_period']);
    const seconds = period || secondsOf(settings['token_ttl']) || 2_764_800;
    const most = secondsOf(settings['token_max_ttl']) || 2_764_800;
    const token = this.leases.add({
      id: randomId('hvs.'),
      policies: ['default', ...stringsOf(settings['token_policies'])],
      seconds,
      lastEnd: period ? Infinity : Date.now() + most * 1_000,
    });
    return {
      auth: {
        client_token: token.id,
        policies: token.policies,
        metadata: { role_name: name },
        lease_duration: seconds,
        renewable: true,
        token_type: 'service',
      },
    };
  }
}
