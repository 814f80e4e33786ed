import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { usageError } from './start.error.js';

/** So many different free ports of the loopback address, held together so that none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** @throws StartError when another program listens on the port the user wants, or the user may not use it */
export async function requireFree(port: number): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    await once(server.close(), 'close');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw usageError(`port ${port} is taken by another program: choose another one with --port`);
    }
    if (code === 'EACCES') throw usageError(`port ${port} is reserved: choose one above 1023 with --port`);
    throw error;
  }
}
