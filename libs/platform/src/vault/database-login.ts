import type { DatabaseLogin, Login } from '@btcforecast/database';
import { z } from 'zod';
import type { Logger } from '../logging/create-logger.js';
import { LeaseKeeper, type Lent } from './lease-keeper.js';
import type { VaultSession } from './vault-session.js';

interface LentLogin extends Lent, Login {
  readonly leaseId: string;
}

const Credentials = z.object({
  lease_id: z.string(),
  lease_duration: z.number(),
  renewable: z.boolean(),
  data: z.object({ username: z.string(), password: z.string() }),
});
const Renewed = z.object({ lease_duration: z.number() });

/**
 * A connection is closed after this share of the life of what it was opened with. A third of it is left when there are
 * new credentials ({@link LeaseKeeper}), so a quarter is for whoever still uses one then.
 */
const CONNECTION_SHARE = 1 / 12;
const LONGEST_CONNECTION_S = 3_600;

/** User and password for PostgreSQL that Vault makes, keeps and takes back: the database engine. */
export class VaultDatabaseLogin implements DatabaseLogin {
  private constructor(
    private readonly lease: LeaseKeeper<LentLogin>,
    private readonly session: VaultSession,
  ) {}

  /** @param role `engine/role`, as VAULT_DATABASE_ROLE names it */
  static async start(session: VaultSession, role: string, logger: Logger): Promise<VaultDatabaseLogin> {
    const [engine = '', ...rest] = role.split('/');
    const path = `${engine}/creds/${rest.join('/')}`;
    const source = {
      name: 'database credentials',
      obtain: async (): Promise<LentLogin> => {
        const {
          lease_id: leaseId,
          lease_duration: seconds,
          ...lent
        } = await session.send(Credentials, { path });
        const { username: user, password } = lent.data;
        return { leaseId, seconds, renewable: lent.renewable, user, password };
      },
      renew: async ({ leaseId, seconds }: LentLogin): Promise<number> => {
        const body = { lease_id: leaseId, increment: seconds };
        const renewal = { method: 'POST', path: 'sys/leases/renew', body } as const;
        return (await session.send(Renewed, renewal)).lease_duration;
      },
    };
    const lease = await LeaseKeeper.start(source, logger);
    session.onLogin(() => lease.replace());
    return new VaultDatabaseLogin(lease, session);
  }

  current(): Login {
    return this.lease.held;
  }

  refused(user: string): void {
    if (user === this.lease.held.user) this.lease.replace();
  }

  /** The credentials end with the token they were lent to, so the shorter of the two lives counts. */
  get connectionSeconds(): number {
    const seconds = Math.min(this.lease.held.seconds || Infinity, this.session.tokenSeconds);
    return Math.min(seconds * CONNECTION_SHARE, LONGEST_CONNECTION_S);
  }

  get secondsLeft(): number {
    return this.lease.secondsLeft;
  }

  close(): void {
    this.lease.close();
  }
}
