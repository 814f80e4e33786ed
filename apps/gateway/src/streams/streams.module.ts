import { Inject, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock, ENV, EventBus, LOGGER, type Logger, Metrics } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { AccessModule, CREDENTIAL_KINDS } from '../access/access.module.js';
import { DatabaseModule } from '../database.module.js';
import type { GatewayEnv } from '../gateway.env.js';
import type { CredentialKind } from '../http/credentials.js';
import { Peers } from '../http/peers.js';
import { streamSettings } from './stream-settings.js';
import { StreamController } from './stream.controller.js';
import { Streams } from './streams.js';
import { StreamTickets } from './tickets/stream-tickets.js';
import { TicketCredential } from './tickets/ticket-credential.js';

type Injected = [GatewayEnv, DataSource, Peers, EventBus, readonly CredentialKind[], Clock, Metrics, Logger];

/** What happens, told as it happens: GET /v1/stream and /v1/ws. */
@Module({
  imports: [AccessModule, DatabaseModule],
  controllers: [StreamController],
  providers: [
    Peers,
    {
      provide: Streams,
      inject: [ENV, DataSource, Peers, EventBus, CREDENTIAL_KINDS, Clock, Metrics, LOGGER],
      // One argument for each of the injected: a factory has no other form.
      useFactory: (...[env, dataSource, peers, events, credentials, clock, metrics, logger]: Injected) =>
        new Streams({
          feed: env.MARKET_FEED,
          source: env.MARKET_SOURCE,
          settings: streamSettings(env),
          ...{ dataSource, peers, events, credentials, clock, metrics, logger },
        }),
    },
    {
      provide: StreamTickets,
      inject: [DataSource, Clock],
      useFactory: (dataSource: DataSource, clock: Clock) => new StreamTickets(dataSource, clock),
    },
    {
      provide: TicketCredential,
      inject: [StreamTickets],
      useFactory: (tickets: StreamTickets) => new TicketCredential(tickets),
    },
  ],
})
export class StreamsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(Streams) private readonly streams: Streams) {}

  onApplicationBootstrap(): void {
    this.streams.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.streams.stop();
  }
}
