import { createLogger } from '@btcforecast/platform';
import { type RunningGateway, startGateway } from '../start-gateway.js';
import { type ConnectOptions, StreamClients } from './stream-clients.js';
import { type Fixture, startFixture } from './start-fixture.js';
import { StreamMarket } from './stream-market.js';

/** A gateway with a market, and clients of its streams; all of it is closed together. */
export async function startStreamFixture(settings: Record<string, string> = {}) {
  const fixture = await startFixture(settings);
  const { dataSource, databaseUrl } = fixture;
  const servers = { databaseUrl, redisUrl: settings['REDIS_URL'] };
  const market = new StreamMarket(dataSource, servers, fixture.peer().state);
  await market.open();
  const clients = new StreamClients(fixture);
  const gateways = new Set<RunningGateway>();
  /** All gateways but the first. */
  const closeOthers = async (): Promise<void> => {
    await Promise.all([...gateways].map((gateway) => gateway.close()));
    gateways.clear();
  };
  return {
    ...fixture,
    market,
    sse: (query?: string, options?: ConnectOptions) => clients.sse(query, options),
    ws: (query?: string, options?: ConnectOptions) => clients.ws(query, options),
    disconnect: () => clients.closeAll(),
    /** Another gateway on the same database. */
    async second(changes: Partial<Fixture['env']> = {}) {
      const logger = createLogger('second', { level: 'silent' });
      const env = { ...fixture.env, ...changes };
      const gateway = await startGateway({ env, logger });
      gateways.add(gateway);
      const close = async (): Promise<void> => {
        gateways.delete(gateway);
        await gateway.close();
      };
      const { port, internalPort } = gateway;
      return { url: `http://127.0.0.1:${port}`, internalPort, close };
    },
    closeOthers,
    async close() {
      clients.closeAll();
      await closeOthers();
      await market.close();
      await fixture.close();
    },
  };
}
export type StreamFixture = Awaited<ReturnType<typeof startStreamFixture>>;
