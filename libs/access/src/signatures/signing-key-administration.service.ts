import { createPublicKey, randomBytes } from 'node:crypto';
import type {
  CreateSigningKeyRequest,
  NewSigningKeyReply,
  SigningKeyReply,
  SigningKeysReply,
} from '@btcforecast/contracts';
import type { ApiKeyEntity, RequestSigningKeyEntity } from '@btcforecast/database';
import { AppError, type Clock, type SecretBox } from '@btcforecast/platform';
import type { DataSource, EntityManager } from 'typeorm';
import { assertMayGrant, grantOf } from '../grants.js';
import { changeTenant } from '../keepers.js';
import type { KeyAddress } from '../key-administration.service.js';
import { createKeyText } from '../key-text.js';
import { KeyRepository } from '../key.repository.js';
import { actorName, type Principal } from '../principal.js';
import { tenantFor } from '../tenant-scope.js';
import { RequestSigningKeyRepository } from './request-signing-key.repository.js';

export interface SigningKeyAdministrationDependencies {
  readonly dataSource: DataSource;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  /** Told of each API key whose signing keys were changed, once that is committed. */
  readonly onChanged: (apiKeyId: string) => void;
}

/** Two would do for a rotation. */
const MAX_OPEN_KEYS = 10;
const SECRET_BYTES = 32;

/** The keys by which the holder of an API key signs requests. */
export class SigningKeyAdministration {
  constructor(private readonly deps: SigningKeyAdministrationDependencies) {}

  /** @throws AppError caller key.not_found, signing_key.conflict, access.grant_too_wide, request.invalid */
  async create(
    by: Principal,
    address: KeyAddress,
    asked: CreateSigningKeyRequest,
  ): Promise<NewSigningKeyReply> {
    const { name, algorithm } = asked;
    const publicKey = asked.publicKey === undefined ? null : spkiOf(asked.publicKey);
    const secret = publicKey ? null : randomBytes(SECRET_BYTES);
    const { id } = createKeyText();
    const made = await this.#changing(by, address, async (signingKeys, key) => {
      const open = (await signingKeys.list(key.id)).filter(({ revokedAt }) => revokedAt === null);
      if (open.length >= MAX_OPEN_KEYS)
        throw conflict(`the key ${key.id} has ${MAX_OPEN_KEYS} of them; revoke some`);
      if (key.revokedAt !== null) throw conflict(`the key ${key.id} has been revoked; make another`);
      const row: RequestSigningKeyEntity = {
        ...{ id, name, algorithm, publicKey },
        apiKeyId: key.id,
        sealedSecret: secret && signingKeys.seal(id, secret),
        createdBy: actorName(by),
        createdAt: new Date(this.deps.clock.now()),
        revokedAt: null,
      };
      await signingKeys.add(row);
      return row;
    });
    return { ...replyOf(made), secret: secret?.toString('base64') ?? null };
  }

  /** @throws AppError caller key.not_found, tenant.not_found */
  async list(by: Principal, address: KeyAddress): Promise<SigningKeysReply> {
    const { dataSource, secrets } = this.deps;
    const key = await existingKey(dataSource, tenantFor(by, address.tenant, 'read'), address.id);
    const rows = await new RequestSigningKeyRepository(dataSource, secrets).list(key.id);
    return { data: rows.map(replyOf) };
  }

  /** Ends a signing key for good. @throws AppError caller key.not_found, signing_key.not_found, access.grant_too_wide */
  revoke(by: Principal, address: KeyAddress, id: string): Promise<SigningKeyReply> {
    return this.#changing(by, address, async (signingKeys, key) => {
      await existing(signingKeys, key.id, id);
      await signingKeys.revoke(key.id, id, new Date(this.deps.clock.now()));
      return existing(signingKeys, key.id, id).then(replyOf);
    });
  }

  /** Whoever can sign for a key must have all that the key has. */
  async #changing<T>(
    by: Principal,
    { id, tenant: named }: KeyAddress,
    change: (signingKeys: RequestSigningKeyRepository, key: ApiKeyEntity) => Promise<T>,
  ): Promise<T> {
    const tenant = tenantFor(by, named, 'write');
    const changed = await changeTenant(this.deps.dataSource, tenant, async (manager) => {
      const key = await existingKey(manager, tenant, id);
      assertMayGrant(by, grantOf(key), 'the key');
      return change(new RequestSigningKeyRepository(manager, this.deps.secrets), key);
    });
    this.deps.onChanged(id);
    return changed;
  }
}

function replyOf(row: RequestSigningKeyEntity): SigningKeyReply {
  const { id, name, algorithm, publicKey, createdBy } = row;
  return {
    ...{ id, name, createdBy },
    key: row.apiKeyId,
    algorithm: algorithm as SigningKeyReply['algorithm'],
    publicKey: publicKey && pemOf(publicKey),
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

function pemOf(spki: Buffer): string {
  return createPublicKey({ key: spki, type: 'spki', format: 'der' }).export({
    type: 'spki',
    format: 'pem',
  }) as string;
}

function spkiOf(pem: string): Buffer {
  if (/PRIVATE KEY/.test(pem))
    throw invalid('is a private key; replace that, and send the public part of the new one');
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key.export({ type: 'spki', format: 'der' });
  } catch (error) {
    throw invalid('cannot be read', error);
  }
  throw invalid('is not of ed25519');
}

async function existingKey(
  source: DataSource | EntityManager,
  tenant: string,
  id: string,
): Promise<ApiKeyEntity> {
  const key = await new KeyRepository(source).find(tenant, id);
  if (key) return key;
  throw new AppError('caller', 'key.not_found', `no key has the id ${id}; GET /v1/keys lists them`, { id });
}

async function existing(
  signingKeys: RequestSigningKeyRepository,
  apiKeyId: string,
  id: string,
): Promise<RequestSigningKeyEntity> {
  const row = await signingKeys.find(apiKeyId, id);
  if (row) return row;
  const message = `the key ${apiKeyId} has no signing key ${id}; GET /v1/keys/${apiKeyId}/signing-keys lists them`;
  throw new AppError('caller', 'signing_key.not_found', message, { id });
}

function conflict(why: string): AppError {
  return new AppError('caller', 'signing_key.conflict', `no signing key was made: ${why}`);
}

function invalid(what: string, cause?: unknown): AppError {
  const message = `publicKey ${what}; send a public key of ed25519 in PEM`;
  return new AppError('caller', 'request.invalid', message, {}, { cause });
}
