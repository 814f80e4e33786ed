/** Keeps one throw-away PostgreSQL while its input is open; prints its address as the only line. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { startEmbeddedPostgres } = await import(pathToFileURL(process.argv[2]).href);

const dataDir = mkdtempSync(join(tmpdir(), 'btcforecast-test-'));
chmodSync(dataDir, 0o755); // the server may have to run as another user
const server = await startEmbeddedPostgres({ dataDir, durable: false, maxConnections: 200 });

let stopping;
function stop() {
  stopping ??= server.stop().then(() => {
    rmSync(dirname(server.folder), { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  });
}
process.stdin.on('end', stop).on('error', stop).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
process.stdout.on('error', stop);
console.log(server.url);
