import { createPublicKey, createSecretKey } from 'node:crypto';
import { RequestSigningKeyEntity } from '@btcforecast/database';
import type { SignatureKey } from '@btcforecast/message-signatures';
import type { SecretBox } from '@btcforecast/platform';
import { type DataSource, type EntityManager, In, IsNull } from 'typeorm';

/** The keys by which the holder of an API key may sign. */
export interface SigningKeysOf {
  readonly apiKeyId: string;
  /** By their ids; a secret is opened when it is first needed, so that one that cannot be stands in no other's way. */
  readonly keys: ReadonlyMap<string, () => SignatureKey>;
}

/** Questions to the table of keys that sign requests. */
export class RequestSigningKeyRepository {
  constructor(
    private readonly source: DataSource | EntityManager,
    private readonly secrets: SecretBox,
  ) {}

  /** Those that count, of each of these API keys; also of one that has none. */
  async listByApiKeys(apiKeyIds: readonly string[]): Promise<SigningKeysOf[]> {
    if (apiKeyIds.length === 0) return [];
    const rows = await this.#keys.findBy({ apiKeyId: In([...apiKeyIds]), revokedAt: IsNull() });
    return apiKeyIds.map((apiKeyId) => {
      const own = rows.filter((row) => row.apiKeyId === apiKeyId);
      return { apiKeyId, keys: new Map(own.map((row) => [row.id, once(() => this.#open(row))])) };
    });
  }

  /** Newest first. */
  list(apiKeyId: string): Promise<RequestSigningKeyEntity[]> {
    return this.#keys.find({ where: { apiKeyId }, order: { createdAt: 'DESC', id: 'DESC' } });
  }

  find(apiKeyId: string, id: string): Promise<RequestSigningKeyEntity | null> {
    return this.#keys.findOneBy({ apiKeyId, id });
  }

  async add(row: RequestSigningKeyEntity): Promise<void> {
    await this.#keys.insert(row);
  }

  async revoke(apiKeyId: string, id: string, at: Date): Promise<void> {
    await this.#keys.update({ apiKeyId, id, revokedAt: IsNull() }, { revokedAt: at });
  }

  seal(id: string, secret: Uint8Array): Buffer {
    return this.secrets.seal(secret, about(id));
  }

  #open({ id, publicKey, sealedSecret }: RequestSigningKeyEntity): SignatureKey {
    if (publicKey) {
      const key = createPublicKey({ key: publicKey, type: 'spki', format: 'der' });
      return { id, algorithm: 'ed25519', key };
    }
    const secret = this.secrets.open(sealedSecret ?? Buffer.alloc(0), about(id));
    return { id, algorithm: 'hmac-sha256', key: createSecretKey(secret) };
  }

  get #keys() {
    return this.source.getRepository(RequestSigningKeyEntity);
  }
}

function about(id: string): string {
  return `request signing key ${id}`;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
