import type { RecordSigner } from '@btcforecast/track-record';

/** The keys that sign the track record. Which of them is in force is what the chain says. */
export interface TrackRecordKeys {
  /** The key for an empty chain. */
  first(): Promise<RecordSigner>;
  /**
   * The key that is in force according to the chain.
   *
   * @throws AppError caller config.invalid when it is not here: nothing can be signed then, and nothing may be
   *   signed by another key
   */
  inForce(keyId: string): Promise<RecordSigner>;
  /** A key that is not in the chain. */
  prepareNext(): Promise<RecordSigner>;
  /** The prepared key is in the chain. */
  adoptNext(): Promise<void>;
}
