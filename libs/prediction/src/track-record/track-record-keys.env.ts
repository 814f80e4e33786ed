import { AppError, type Vault } from '@btcforecast/platform';
import { z } from 'zod';
import { TrackRecordKeyFile } from './track-record-key.file.js';
import type { TrackRecordKeys } from './track-record-keys.js';
import { TrackRecordTransitKey } from './track-record-transit.key.js';

/** What is read by whoever signs with a key in Vault: `z.object({ ...TrackRecordTransitEnv })`. */
export const TrackRecordTransitEnv = {
  TRACK_RECORD_TRANSIT_KEY: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'must be engine/name, e.g. transit/track-record')
    .optional()
    .describe(
      'Key of the transit engine of Vault that signs the track record in place of the file, e.g. transit/track-record; unset: the file',
    ),
};

export interface TrackRecordKeySettings {
  readonly TRACK_RECORD_KEY_FILE: string;
  readonly TRACK_RECORD_TRANSIT_KEY?: string | undefined;
}

/**
 * The keys that sign the track record: in Vault if the configuration says so, else in a file.
 *
 * @throws AppError caller config.invalid for a key in Vault without Vault
 */
export function trackRecordKeys(settings: TrackRecordKeySettings, vault: Vault | undefined): TrackRecordKeys {
  const { TRACK_RECORD_KEY_FILE: path, TRACK_RECORD_TRANSIT_KEY: place } = settings;
  if (place === undefined) return new TrackRecordKeyFile(path);
  if (vault) return new TrackRecordTransitKey(vault.transitKey(place));
  const message = 'TRACK_RECORD_TRANSIT_KEY names a key in Vault: set VAULT_ADDR too, or take it away';
  throw new AppError('caller', 'config.invalid', message);
}
