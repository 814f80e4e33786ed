import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { marketDataRpc } from '@btcforecast/contracts';
import { AppError, createLogger, parseEnv, PlatformEnv, Rpc, startService } from '@btcforecast/platform';
import { Controller, Module } from '@nestjs/common';

export const RPC_TOKEN = 'a token of sixteen or more';

/** What the peer was asked, and how it answers. */
export interface MarketDataPeer {
  readonly port: number;
  readonly calls: unknown[];
  /** The next calls fail as if the venue were away. */
  failures: number;
  close(): Promise<void>;
}

/** A process that answers market-data's calls over the real protocol, with its schemas checked. */
export async function startMarketDataPeer(databaseUrl: string): Promise<MarketDataPeer> {
  const peer = { calls: [] as unknown[], failures: 0 };
  const note = (body: unknown): void => {
    peer.calls.push(body);
    if (peer.failures === 0) return;
    peer.failures -= 1;
    throw new AppError('transient', 'market.venue_unavailable', 'the venue does not answer; try again later');
  };

  @Controller()
  class PeerController {
    @Rpc(marketDataRpc.repairGap)
    async repairGap(body: { gapId: string }) {
      note(body);
      return { state: 'repaired' as const, candles: 3 };
    }

    @Rpc(marketDataRpc.backfill)
    async backfill(body: object) {
      note(body);
      return { fetched: 5, stored: 4, corrections: 1 };
    }
  }
  @Module({ controllers: [PeerController] })
  class PeerModule {}

  const env = parseEnv(PlatformEnv, {
    DATABASE_URL: databaseUrl,
    RPC_TOKEN,
    RPC_PORT: '0',
    LOG_LEVEL: 'fatal',
  });
  const logger = createLogger('peer', { level: 'fatal' });
  const service = await startService({ name: 'market-data', module: PeerModule, env, logger });
  return Object.assign(peer, { port: service.rpcPort!, close: () => service.close() });
}

/** An incoming webhook; answers with the statuses given, then with 200. */
export async function startWebhook() {
  const received: unknown[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      received.push(JSON.parse(text));
      response.statusCode = statuses.shift() ?? 200;
      response.end('ok');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    /** Answers to come. */
    statuses,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
