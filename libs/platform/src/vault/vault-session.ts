import { z } from 'zod';
import type { Logger } from '../logging/create-logger.js';
import { type AppRole, Auth, type VaultToken } from './app-role.js';
import { LeaseKeeper } from './lease-keeper.js';
import { type VaultClient, VaultError, type VaultRequest } from './vault-client.js';

/** A token that is kept alive, and requests that carry it. */
export class VaultSession {
  private constructor(
    private readonly client: VaultClient,
    private readonly token: LeaseKeeper<VaultToken>,
  ) {}

  static async start(client: VaultClient, appRole: AppRole, logger: Logger): Promise<VaultSession> {
    const source = {
      name: 'token',
      obtain: () => appRole.logIn(),
      renew: async ({ token }: VaultToken): Promise<number> => {
        const renewal = { method: 'POST', path: 'auth/token/renew-self', token, body: {} } as const;
        return (await client.send(Auth, renewal)).auth.lease_duration;
      },
    };
    return new VaultSession(client, await LeaseKeeper.start(source, logger));
  }

  get tokenSecondsLeft(): number {
    return this.token.secondsLeft;
  }

  /** For how long a token counts that is not renewed, seconds; Infinity: for ever. */
  get tokenSeconds(): number {
    return this.token.held.seconds || Infinity;
  }

  /** Whatever was lent to the token before ends with it. */
  onLogin(handler: () => void): void {
    this.token.onReplaced(handler);
  }

  /**
   * @throws VaultError; with 403 a new login has begun if it was the token that was refused, and not what it asked for
   */
  async send<S extends z.ZodType>(schema: S, request: Omit<VaultRequest, 'token'>): Promise<z.output<S>> {
    const { token } = this.token.held;
    try {
      return await this.client.send(schema, { ...request, token });
    } catch (error) {
      if (!(error instanceof VaultError) || error.status !== 403 || (await this.#counts(token))) throw error;
      if (token === this.token.held.token) this.token.replace();
      throw new VaultError(undefined, 'the token of Vault was withdrawn: logging in again', 0, {
        cause: error,
      });
    }
  }

  /** Ends the token, and with it everything that was lent to it. */
  async close(): Promise<void> {
    this.token.close();
    const { token } = this.token.held;
    const end = { method: 'POST', path: 'auth/token/revoke-self', token } as const;
    await this.client.send(z.unknown(), end).catch(() => undefined); // it ends by itself too
  }

  /** Whether a token is one at all: every token may look itself up. */
  async #counts(token: string): Promise<boolean> {
    try {
      await this.client.send(z.unknown(), { path: 'auth/token/lookup-self', token });
      return true;
    } catch (error) {
      return !(error instanceof VaultError && error.status === 403);
    }
  }
}
