import type { Permission } from '@btcforecast/contracts';

/** Whoever asks for something that belongs to a tenant. */
export interface Asker {
  readonly tenant: string;
  /** For records that are kept, e.g. `key 0123456789ab`. */
  readonly actor: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Instruments and horizons it may ask about; null: all. */
  readonly instruments: readonly string[] | null;
  readonly horizons: readonly string[] | null;
}
