/**
 * Remembers what may be used once only: nonces of signed requests, ids of assertions. It outlives a restart, and all
 * instances that share its store see one memory.
 */
export abstract class OnceStore {
  /**
   * Uses it up.
   *
   * @param space what kind of thing it is and whose, e.g. `nonce 0123456789ab`
   * @param value of any length; only its digest is kept
   * @param expiresAt epoch milliseconds after which it may be forgotten, since nothing that holds it counts any more
   * @returns whether it had not been used before; of several at once exactly one gets true
   * @throws AppError transient when the store is away: nobody can tell then, so nothing may go through
   */
  abstract claim(space: string, value: string, expiresAt: number): Promise<boolean>;

  abstract close(): Promise<void>;
}
