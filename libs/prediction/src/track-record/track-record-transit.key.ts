import { AppError, type TransitKey, type TransitKeyVersion } from '@btcforecast/platform';
import { keyIdOf, type RecordSigner } from '@btcforecast/track-record';
import type { TrackRecordKeys } from './track-record-keys.js';

/**
 * The keys of the track record as versions of one key of Vault's transit engine: the private halves never leave Vault.
 * A rotation that was cut short leaves a version that never came into the chain, and never will.
 */
export class TrackRecordTransitKey implements TrackRecordKeys {
  constructor(private readonly key: TransitKey) {}

  first(): Promise<RecordSigner> {
    return this.#newest();
  }

  async inForce(keyId: string): Promise<RecordSigner> {
    const version = (await this.key.versions()).find(({ publicKey }) => keyIdOf(publicKey) === keyId);
    if (version) return this.#signer(version);
    throw new AppError(
      'caller',
      'config.invalid',
      `the track record is signed by the key ${keyId}, which is no version of ${this.key.place} in Vault: bring back the key of a backup, or set TRACK_RECORD_KEY_FILE if it is in a file`,
      { keyId },
    );
  }

  async prepareNext(): Promise<RecordSigner> {
    await this.key.rotate();
    return this.#newest();
  }

  /** Nothing to do: the chain says which version signs. */
  async adoptNext(): Promise<void> {}

  async #newest(): Promise<RecordSigner> {
    return this.#signer((await this.key.versions()).at(-1)!); // a key has a version from its beginning
  }

  #signer({ publicKey, version }: TransitKeyVersion): RecordSigner {
    return { publicKey, sign: (statement) => this.key.sign(statement, version) };
  }
}
