import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, waitFor } from '@btcforecast/testing';

/** The built gateway as a process of its own on a free port, with no service behind it. */
export async function startGateway(databaseUrl: string) {
  const main = join(repositoryRoot, 'apps/gateway/dist/main.js');
  if (!existsSync(main)) throw new Error('not built: run `npm run build` first');
  const child = fork(main, {
    env: {
      DATABASE_URL: databaseUrl,
      RPC_TOKEN: 'token-between-services',
      RPC_ADDRESSES_PREDICTION: '127.0.0.1:1',
      RPC_ADDRESSES_MARKET_DATA: '127.0.0.1:1',
      MARKET_SOURCE: 'replay',
      MARKET_FEED: 'replay-00000001',
      GATEWAY_PORT: '0',
      GATEWAY_GRPC_PORT: '0',
      SHUTDOWN_DRAIN_MS: '0',
      LOAD_MAX_DELAY_MS: '10000',
      LOG_LEVEL: 'error',
      SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  let port: number | undefined;
  child.on('message', (message: { type?: string; port?: number }) => {
    if (message.type === 'ready') port = message.port;
  });
  await waitFor(() => child.exitCode !== null || port !== undefined, {
    deadlineMs: 30_000,
    what: 'the gateway is ready',
  });
  if (port === undefined) throw new Error(`the gateway did not start: ${output}`);
  return { url: `http://127.0.0.1:${port}`, close: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
