import { readFileSync } from 'node:fs';
import type { PlatformEnv } from '../config/platform.env.js';
import { AppError } from '../errors/app-error.js';

/** Both sides of mutual TLS use the same three: who I am, my key, and who signed everybody. */
export interface RpcTls {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/**
 * The key material for calls between hosts; undefined when none is configured (one machine).
 *
 * @throws AppError config.invalid when only some of the three files are named, or one cannot be read
 */
export function rpcTls(env: PlatformEnv): RpcTls | undefined {
  const files = [env.RPC_TLS_CERT_FILE, env.RPC_TLS_KEY_FILE, env.RPC_TLS_CA_FILE];
  if (files.every((file) => file === undefined)) return undefined;
  const [cert, key, ca] = files.map(readPem);
  if (!cert || !key || !ca) {
    throw new AppError(
      'caller',
      'config.invalid',
      'TLS between services is half configured: set RPC_TLS_CERT_FILE, RPC_TLS_KEY_FILE and RPC_TLS_CA_FILE, or none',
    );
  }
  return { cert, key, ca };
}

function readPem(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError(
      'caller',
      'config.invalid',
      `the TLS file ${file} cannot be read: ${(error as Error).message}`,
      {},
      { cause: error },
    );
  }
}
