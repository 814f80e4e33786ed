import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onCleanUp } from './clean-up.mjs';

/** A folder of one's own until the section ends. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'btcf-bench-'));
  chmodSync(folder, 0o755); // the database may have to run as another user
  onCleanUp(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export function say(text) {
  process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}  ${text}\n`);
}
