import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@btcforecast/platform';
import { keyIdOf, rawPublicKey, type RecordSigner, signerOf } from '@btcforecast/track-record';
import type { TrackRecordKeys } from './track-record-keys.js';

/**
 * The private key that signs the track record: PKCS #8 in PEM, readable by its owner only. During a rotation the next
 * key lies beside it; which of the two is in force is what the chain says, so a rotation may be cut short anywhere.
 */
export class TrackRecordKeyFile implements TrackRecordKeys {
  constructor(private readonly path: string) {}

  /** That of the file, or a new one. */
  async first(): Promise<RecordSigner> {
    return signerOf((await readKey(this.path)) ?? (await writeNewKey(this.path)));
  }

  async inForce(keyId: string): Promise<RecordSigner> {
    const key = await readKey(this.path);
    if (key && idOf(key) === keyId) return signerOf(key);
    const next = await readKey(this.#nextPath);
    if (next && idOf(next) === keyId) {
      await this.adoptNext();
      return signerOf(next);
    }
    const state = key ? `holds the key ${idOf(key)}` : 'is not there';
    throw new AppError(
      'caller',
      'config.invalid',
      `the track record is signed by the key ${keyId}, but ${this.path} ${state}: bring that key back from a backup`,
      { keyId },
    );
  }

  /** A new key beside the one in force; takes the place of one that was never entered. */
  async prepareNext(): Promise<RecordSigner> {
    return signerOf(await writeNewKey(this.#nextPath));
  }

  /** The old key is gone after this: nothing can be signed in its name any more. */
  async adoptNext(): Promise<void> {
    await rename(this.#nextPath, this.path);
  }

  get #nextPath(): string {
    return `${this.path}.next`;
  }
}

function idOf(key: KeyObject): string {
  return keyIdOf(rawPublicKey(key));
}

async function readKey(path: string): Promise<KeyObject | null> {
  try {
    const key = createPrivateKey(await readFile(path, 'utf8'));
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new Error(`it is of type ${key.asymmetricKeyType}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new AppError(
      'caller',
      'config.invalid',
      `${path} holds no ed25519 private key in PEM: ${(error as Error).message}`,
    );
  }
}

/** Written beside and moved, so that a key is there whole or not at all. */
async function writeNewKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await mkdir(dirname(path), { recursive: true });
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
  return privateKey;
}
