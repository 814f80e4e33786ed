import { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import { VaultError } from './vault-client.js';
import type { VaultSession } from './vault-session.js';

/** One version of an ed25519 key whose private half never leaves Vault. */
export interface TransitKeyVersion {
  readonly version: number;
  /** Raw 32 bytes, base64. */
  readonly publicKey: string;
}

const Key = z.object({
  data: z.object({
    type: z.string(),
    latest_version: z.number(),
    keys: z.record(z.string(), z.object({ public_key: z.string() })),
  }),
});
const Signed = z.object({ data: z.object({ signature: z.string().regex(/^vault:v\d+:/) }) });

/** An ed25519 key of Vault's transit engine. */
export class TransitKey {
  readonly #engine: string;
  readonly #name: string;

  /** @param place `engine/name` */
  constructor(
    private readonly session: VaultSession,
    readonly place: string,
  ) {
    const [engine = '', ...name] = place.split('/');
    this.#engine = engine;
    this.#name = name.join('/');
  }

  /** Oldest first. @throws AppError as {@link sign} */
  async versions(): Promise<TransitKeyVersion[]> {
    const { data } = await this.#ask(Key, { path: `${this.#engine}/keys/${this.#name}` });
    if (data.type !== 'ed25519') {
      const message = `${this.place} in Vault is a key of type ${data.type}: make one of type ed25519`;
      throw new AppError('caller', 'config.invalid', message);
    }
    return Object.entries(data.keys)
      .map(([version, key]) => ({ version: Number(version), publicKey: key.public_key }))
      .sort((one, other) => one.version - other.version);
  }

  /** Adds a version. The ones before can go on signing. @throws AppError as {@link sign} */
  async rotate(): Promise<void> {
    await this.#ask(z.unknown(), {
      method: 'POST',
      path: `${this.#engine}/keys/${this.#name}/rotate`,
      body: {},
    });
  }

  /**
   * @returns ed25519, base64
   * @throws AppError transient service.not_ready while Vault is away or sealed; caller config.invalid when it refuses
   */
  async sign(statement: Uint8Array, version: number): Promise<string> {
    const input = Buffer.from(statement).toString('base64');
    const { data } = await this.#ask(Signed, {
      method: 'POST',
      path: `${this.#engine}/sign/${this.#name}`,
      body: { input, key_version: version },
    });
    return data.signature.replace(/^vault:v\d+:/, '');
  }

  async #ask<S extends z.ZodType>(schema: S, request: Parameters<VaultSession['send']>[1]) {
    try {
      return await this.session.send(schema, request);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      if (error.isPassing)
        throw new AppError('transient', 'service.not_ready', error.message, {}, { cause: error });
      const message = `the key ${this.place} cannot be used: ${error.message}; let the policy of this service allow it`;
      throw new AppError('caller', 'config.invalid', message, {}, { cause: error });
    }
  }
}
