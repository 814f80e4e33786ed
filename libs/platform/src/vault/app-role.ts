import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Lent } from './lease-keeper.js';
import { type VaultClient, VaultError } from './vault-client.js';
import type { VaultEnv } from './vault.env.js';

/** A token of Vault. */
export interface VaultToken extends Lent {
  readonly token: string;
}

export const Auth = z.object({
  auth: z.object({ client_token: z.string(), lease_duration: z.number(), renewable: z.boolean() }),
});
const Unwrapped = z.object({ data: z.object({ secret_id: z.string() }) });

/**
 * Logs in by AppRole. The secret id comes from a file that is read at each login, so that whoever hands it out can
 * change it, or out of a wrapping that opens once: what came out of it is kept in memory for the next login.
 */
export class AppRole {
  #wrapped = '';
  #unwrapped = '';

  constructor(
    private readonly client: VaultClient,
    private readonly env: VaultEnv,
  ) {}

  /** @throws VaultError */
  async logIn(): Promise<VaultToken> {
    const { auth } = await this.client.send(Auth, {
      method: 'POST',
      path: 'auth/approle/login',
      body: { role_id: this.env.VAULT_ROLE_ID, secret_id: await this.#secretId() },
    });
    return { token: auth.client_token, seconds: auth.lease_duration, renewable: auth.renewable };
  }

  async #secretId(): Promise<string> {
    const { VAULT_SECRET_ID_FILE: plain, VAULT_WRAPPED_SECRET_ID_FILE: wrapped } = this.env;
    return wrapped === undefined ? textOf(plain ?? '') : this.#opened(await textOf(wrapped));
  }

  async #opened(wrapped: string): Promise<string> {
    if (wrapped === this.#wrapped) return this.#unwrapped;
    try {
      const path = 'sys/wrapping/unwrap';
      const { data } = await this.client.send(Unwrapped, { method: 'POST', path, token: wrapped });
      this.#wrapped = wrapped;
      this.#unwrapped = data.secret_id;
      return data.secret_id;
    } catch (error) {
      if (!(error instanceof VaultError) || error.isPassing) throw error;
      const message =
        'the wrapped secret id cannot be opened: it is too old, or somebody else has opened it, which you should look into; make a new one';
      throw new VaultError(error.status, message, 0, { cause: error });
    }
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    // The one who writes it may be about to: as if Vault were away.
    throw new VaultError(undefined, `the secret id cannot be read: ${(error as Error).message}`);
  }
}
