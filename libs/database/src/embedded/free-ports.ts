import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below what any system gives to outgoing connections and to servers that take whatever is free (Linux: from 32768,
 * others: from 49152): a port that is told to somebody who listens on it later, or again after a restart, is not taken
 * by chance meanwhile.
 */
const FIRST = 20_000;
const LAST = 32_767;
const MAX_TRIES = 1_000;

/** So many different free ports of the loopback address, held together so that none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  try {
    for (let tries = 0; held.size < count; tries++) {
      if (tries === MAX_TRIES) throw new Error(`no ${count} free ports between ${FIRST} and ${LAST}`);
      const port = randomInt(FIRST, LAST + 1);
      const server = held.has(port) ? undefined : await listening(port);
      if (server) held.set(port, server);
    }
    return [...held.keys()];
  } finally {
    await Promise.all([...held.values()].map((server) => once(server.close(), 'close')));
  }
}

/** Undefined where somebody else listens, or nobody may. */
async function listening(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
