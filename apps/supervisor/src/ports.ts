import { freePorts } from '@btcforecast/database/embedded';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { usageError } from './start.error.js';

/** @throws StartError when another program listens on the port the user wants, or the user may not use it */
export async function requireFree(port: number, setBy = '--port'): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    await once(server.close(), 'close');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw usageError(`port ${port} is taken by another program: choose another one with ${setBy}`);
    }
    if (code === 'EACCES') throw usageError(`port ${port} is reserved: choose one above 1023 with ${setBy}`);
    throw error;
  }
}

/** The usual ports of the API and of inference by gRPC. */
const USUAL = { api: 3000, grpc: 3001 };

/**
 * The port of inference by gRPC: the configured one, else beside the usual API the usual one if it is free, else
 * any that is: a system with ports of its own competes with no other.
 *
 * @param configured as text; empty or undefined: none
 * @throws StartError when the configured one is no port, or is taken
 */
export async function grpcPort(configured: string | undefined, gateway: number): Promise<number> {
  if (configured) {
    const port = Number(configured);
    if (!Number.isInteger(port) || port < 0 || port > 65_535 || port === gateway) {
      throw usageError(`GATEWAY_GRPC_PORT must be a port other than the API's, not "${configured}"`);
    }
    if (port > 0) await requireFree(port, 'GATEWAY_GRPC_PORT');
    return port > 0 ? port : anyPort();
  }
  return gateway === USUAL.api && (await isFree(USUAL.grpc)) ? USUAL.grpc : anyPort();
}

async function anyPort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

async function isFree(port: number): Promise<boolean> {
  return requireFree(port).then(
    () => true,
    () => false,
  );
}
