import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { PublicJwk } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { calculateJwkThumbprint, type JWK } from 'jose';

export interface KeysOfClient {
  readonly keys: (PublicJwk & { kid: string })[];
}

const LEAST_RSA_BITS = 2_048;
const ALGORITHMS = { OKP: 'EdDSA', EC: 'ES256', RSA: 'RS256' } as const;

/**
 * The public keys of a client as they are kept: each with a name and with the one algorithm that it verifies, so that
 * no assertion chooses another.
 *
 * @throws AppError caller request.invalid when one is no key, is too weak, or two have one name
 */
export async function publicJwks(keys: readonly PublicJwk[]): Promise<KeysOfClient> {
  const named = await Promise.all(keys.map(namedKey));
  if (new Set(named.map(({ kid }) => kid)).size < named.length) throw invalid('has two keys of one kid');
  return { keys: named };
}

/** As {@link publicJwks}, from one key in PEM. */
export async function publicJwksOfPem(pem: string): Promise<KeysOfClient> {
  if (/PRIVATE KEY/.test(pem))
    throw invalid('is a private key; it should be replaced, and its public part sent');
  const key = importedKey(() => createPublicKey(pem));
  const jwk = PublicJwk.safeParse(key.export({ format: 'jwk' }));
  if (!jwk.success) throw invalid('is of a kind that is not taken; make one of Ed25519, P-256 or RSA');
  return publicJwks([jwk.data]);
}

async function namedKey(jwk: PublicJwk): Promise<PublicJwk & { kid: string }> {
  const key = importedKey(() => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }));
  const { modulusLength } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < LEAST_RSA_BITS) {
    throw invalid(`has a modulus of less than ${LEAST_RSA_BITS} bits`);
  }
  const kid = jwk.kid ?? (await calculateJwkThumbprint(jwk as JWK));
  return { ...jwk, kid, alg: jwk.alg ?? ALGORITHMS[jwk.kty], use: 'sig' } as PublicJwk & { kid: string };
}

function importedKey(make: () => KeyObject): KeyObject {
  try {
    return make();
  } catch (error) {
    throw invalid('is no public key that can be read', error);
  }
}

function invalid(what: string, cause?: unknown): AppError {
  const message = `the key of the client ${what}; send public keys of Ed25519, P-256 or RSA`;
  return new AppError('caller', 'request.invalid', message, {}, { cause });
}
