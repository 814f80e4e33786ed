import type { DatabaseLogin } from '@btcforecast/database';
import type { Metrics } from '../metrics/metrics.js';
import type { VaultDatabaseLogin } from './database-login.js';
import { TransitKey } from './transit-key.js';
import type { VaultClient } from './vault-client.js';
import type { VaultSession } from './vault-session.js';

/** What a process has of Vault while it runs. */
export class Vault {
  constructor(
    private readonly client: VaultClient,
    private readonly session: VaultSession,
    private readonly database: VaultDatabaseLogin | undefined,
  ) {}

  /** Who to be for PostgreSQL; undefined: whoever DATABASE_URL says. */
  get login(): DatabaseLogin | undefined {
    return this.database;
  }

  /** @param place `engine/name` */
  transitKey(place: string): TransitKey {
    return new TransitKey(this.session, place);
  }

  showIn(metrics: Metrics): void {
    const help = 'Until what Vault lent ends, should it not be renewed, seconds';
    metrics.gauge('vault_lease_seconds_left', help, ['lease'], (gauge) => {
      gauge.set({ lease: 'token' }, this.session.tokenSecondsLeft);
      if (this.database) gauge.set({ lease: 'database' }, this.database.secondsLeft);
    });
  }

  /** Gives everything back. Last of all, when no connection needs its user any more. */
  async close(): Promise<void> {
    this.database?.close();
    await this.session.close();
    await this.client.close();
  }
}
