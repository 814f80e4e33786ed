import { join, resolve } from 'node:path';
import { trackRecordKeys, TrackRecordService } from '@btcforecast/prediction';
import { openDatabase } from '../data/list-gaps.js';
import { loadRotateKeyEnv } from './rotate-key.env.js';

/** `btcf track-record rotate-key`: where the key is, or with a login to Vault; whether the system runs or not. */
export async function rotateKey({ keyFile }: { readonly keyFile?: string }): Promise<void> {
  const { env, vault } = await loadRotateKeyEnv();
  const { BTCF_DATA_DIR, TRACK_RECORD_KEY_FILE, TRACK_RECORD_TRANSIT_KEY } = env;
  const path = resolve(keyFile ?? TRACK_RECORD_KEY_FILE ?? join(BTCF_DATA_DIR, 'track-record.key'));
  const place = keyFile === undefined ? TRACK_RECORD_TRANSIT_KEY : undefined;
  const keys = trackRecordKeys({ TRACK_RECORD_KEY_FILE: path, TRACK_RECORD_TRANSIT_KEY: place }, vault);
  const dataSource = await openDatabase();
  try {
    const { keyId, previousKeyId, seq } = await new TrackRecordService(dataSource, keys).rotateKey();
    process.stdout.write(
      `key ${keyId} is in force from entry ${seq} on, signed by ${previousKeyId}; it is in ${place ?? path}\n`,
    );
  } finally {
    await dataSource.destroy();
    await vault?.close();
  }
}
