import { join, resolve } from 'node:path';
import { TrackRecordKeyFile, TrackRecordService } from '@btcforecast/prediction';
import { loadCliEnv } from '../cli.env.js';
import { openDatabase } from '../data/list-gaps.js';

/** `btcf track-record rotate-key`: on the machine that holds the key, whether the system runs or not. */
export async function rotateKey({ keyFile }: { readonly keyFile?: string }): Promise<void> {
  const { BTCF_DATA_DIR, TRACK_RECORD_KEY_FILE } = loadCliEnv();
  const path = resolve(keyFile ?? TRACK_RECORD_KEY_FILE ?? join(BTCF_DATA_DIR, 'track-record.key'));
  const dataSource = await openDatabase();
  try {
    const record = new TrackRecordService(dataSource, new TrackRecordKeyFile(path));
    const { keyId, previousKeyId, seq } = await record.rotateKey();
    process.stdout.write(
      `key ${keyId} is in force from entry ${seq} on, signed by ${previousKeyId}; it is in ${path}\n`,
    );
  } finally {
    await dataSource.destroy();
  }
}
