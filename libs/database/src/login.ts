import { Client, type ClientConfig } from 'pg';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Who a process is for PostgreSQL, when that changes while it runs. */
export interface DatabaseLogin {
  /** What a connection that is opened now shows; counts for longer than {@link connectionSeconds}. */
  current(): Login;
  /** PostgreSQL does not know this user, or not this password of it. */
  refused(user: string): void;
  /** A connection is closed after so long, once nobody uses it, so that none outlives what it was opened with. */
  readonly connectionSeconds: number;
}

/** PostgreSQL: invalid authorisation, and invalid password. */
const REFUSALS: ReadonlySet<unknown> = new Set(['28000', '28P01']);

/**
 * A client of `pg` that asks who it is when it connects: in one pool connections of the old user and of the new one live
 * side by side, and no query waits for a pool to be changed for another. (A password of `pg` may be a function, but its
 * user may not.)
 */
export function clientWithLogin(login: DatabaseLogin): typeof Client {
  return class extends Client {
    readonly #user: string;

    constructor(config?: string | ClientConfig) {
      const given = typeof config === 'string' ? { connectionString: config } : { ...config };
      const { user, password } = login.current();
      const url = new URL(given.connectionString ?? '');
      url.username = encodeURIComponent(user);
      url.password = encodeURIComponent(password);
      super({ ...given, connectionString: url.href });
      this.#user = user;
    }

    override connect(): Promise<this>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<this> | void {
      const notice = (error: unknown): void => {
        if (REFUSALS.has((error as { code?: unknown } | null)?.code)) login.refused(this.#user);
      };
      if (!callback) {
        return super.connect().then(
          () => this,
          (error: unknown) => {
            notice(error);
            throw error;
          },
        );
      }
      super.connect((error: Error | null) => {
        notice(error);
        callback(error as Error); // pg gives null where all is well, and its types do not say so
      });
    }
  };
}
