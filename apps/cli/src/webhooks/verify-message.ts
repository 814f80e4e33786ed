import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AppError } from '@btcforecast/platform/errors';

interface VerifyOptions {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: string;
  readonly signature: string;
  readonly secretFile?: string;
  readonly publicKey?: string;
  /** Seconds; undefined: as old as it may be. */
  readonly tolerance?: number;
}

/**
 * `btcf webhooks verify`: says whether one of the signatures of a message is right (Standard Webhooks 1.0.0); exit
 * code 1 when none is.
 *
 * @throws AppError caller config.invalid when a file or a key cannot be read, request.invalid when the message is older
 *   or newer than it may be
 */
export function verifyMessage(file: string, options: VerifyOptions): void {
  const { id, timestamp, signature, tolerance } = options;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), read(file)]);
  const isRight = checkOf(options, signed);
  const found = signature.split(' ').find((each) => isRight(each));
  const ageSeconds = Math.round(Date.now() / 1_000 - Number(timestamp));
  if (found && tolerance !== undefined && !(Math.abs(ageSeconds) <= tolerance)) {
    throw new AppError('caller', 'request.invalid', `the signature is right, but ${ageSeconds} seconds old`);
  }
  process.stdout.write(found ? `right: ${found}\n` : 'no signature is right\n');
  if (!found) process.exitCode = 1;
}

function checkOf({ secretFile, publicKey }: VerifyOptions, signed: Buffer): (signature: string) => boolean {
  if ((secretFile === undefined) === (publicKey === undefined)) {
    throw invalid('name --secret-file or --public-key');
  }
  if (secretFile !== undefined) {
    const secret = bytesOf(read(secretFile).toString('utf8').trim(), 'whsec_');
    const expected = Buffer.from(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
    return (each) => {
      const given = Buffer.from(each);
      return given.length === expected.length && timingSafeEqual(given, expected);
    };
  }
  const x = bytesOf(publicKey!, 'whpk_').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return (each) => each.startsWith('v1a,') && verify(null, signed, key, Buffer.from(each.slice(4), 'base64'));
}

function bytesOf(text: string, prefix: string): Buffer {
  const bytes = Buffer.from(text.slice(prefix.length), 'base64');
  if (text.startsWith(prefix) && bytes.length >= 24 && bytes.length <= 64) return bytes;
  throw invalid(`a key of this kind is ${prefix} and base64`);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw invalid(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function invalid(message: string): AppError {
  return new AppError('caller', 'config.invalid', message);
}
