import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@btcforecast/platform/errors';
import { ownFolder, processesIn, type RigUser, signalAll } from './server-processes.js';

const PREFIX = 'btcf-rig-';
const OWNER = 'owner';
/** Whoever listens here has the network. */
const CLAIM_PORT = 40_404;
const NETWORKS = 250;
const END_MS = 10_000;

/** A folder of the rig's own. Its path is short: the path of a socket has 107 bytes at most. */
export function makeRigFolder(user: RigUser): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  ownFolder(folder, user);
  writeFileSync(join(folder, OWNER), String(process.pid));
  return folder;
}

/** Ends every server in the folder, then deletes it. */
export async function clearRigFolder(folder: string): Promise<void> {
  const end = performance.now() + END_MS;
  do {
    signalAll(folder, 'SIGKILL');
    await delay(20);
  } while (processesIn(folder).length > 0 && performance.now() < end);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** Clears what drills left whose own process was killed. */
export async function clearAbandonedRigs(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    if (isAbandoned(folder)) await clearRigFolder(folder);
  }
}

function isAbandoned(folder: string): boolean {
  const owner = join(folder, OWNER);
  try {
    return existsSync(owner) && !existsSync(`/proc/${readFileSync(owner, 'utf8')}`);
  } catch {
    return false; // somebody else's
  }
}

export interface ClaimedNetwork {
  /** Such as 127.1.3 */
  readonly network: string;
  release(): void;
}

/** @throws AppError transient service.not_ready when there is none left */
export async function claimNetwork(): Promise<ClaimedNetwork> {
  for (let n = 1; n <= NETWORKS; n++) {
    const claim = await listening(`127.1.${n}.254`);
    if (claim) return { network: `127.1.${n}`, release: () => claim.close() };
  }
  const message = 'no network 127.1.N.x is free: Linux has them all on its loopback; end other drills';
  throw new AppError('transient', 'service.not_ready', message);
}

function listening(address: string): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(null));
    server.listen(CLAIM_PORT, address, () => resolve(server.unref()));
  });
}
