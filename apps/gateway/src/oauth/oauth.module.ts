import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import {
  AccessTokens,
  ClientAssertions,
  ClientAuthentication,
  OAuthClientAdministration,
  OAuthClientRepository,
  OAuthClients,
  ServerKeyRepository,
  ServerKeys,
  TokenService,
} from '@btcforecast/access';
import {
  Clock,
  createOnceStore,
  ENV,
  LOGGER,
  type Logger,
  OnceStore,
  SecretBox,
} from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { ThrottleModule } from '../access/throttle.module.js';
import { DatabaseModule } from '../database.module.js';
import type { GatewayEnv } from '../gateway.env.js';
import { OAuthClientController } from './oauth-client.controller.js';
import { publicUrl, tokenEndpoint } from './public-url.js';
import { TokenController } from './token.controller.js';
import { WellKnownController } from './well-known.controller.js';

/** Access tokens: who gets them, and the keys that sign them. */
@Module({
  imports: [DatabaseModule, ThrottleModule],
  controllers: [OAuthClientController, TokenController, WellKnownController],
  providers: [
    {
      provide: ServerKeys,
      inject: [DataSource, ENV, Clock, LOGGER],
      useFactory: (dataSource: DataSource, env: GatewayEnv, clock: Clock, logger: Logger) =>
        new ServerKeys({
          repository: new ServerKeyRepository(dataSource),
          secrets: new SecretBox(env.SECRETS_KEY),
          clock,
          logger,
        }),
    },
    {
      provide: OAuthClients,
      inject: [DataSource, Clock, LOGGER],
      useFactory: (dataSource: DataSource, clock: Clock, logger: Logger) =>
        new OAuthClients({ repository: new OAuthClientRepository(dataSource), clock, logger }),
    },
    {
      provide: OAuthClientAdministration,
      inject: [DataSource, Clock, OAuthClients],
      useFactory: (dataSource: DataSource, clock: Clock, clients: OAuthClients) =>
        new OAuthClientAdministration({ dataSource, clock, onChanged: (id) => clients.forget(id) }),
    },
    {
      provide: AccessTokens,
      inject: [ServerKeys, OAuthClients, Clock, ENV],
      useFactory: (keys: ServerKeys, clients: OAuthClients, clock: Clock, env: GatewayEnv) =>
        new AccessTokens({
          keys,
          clients,
          clock,
          issuer: publicUrl(env),
          lifeSeconds: env.OAUTH_TOKEN_SECONDS,
        }),
    },
    {
      // Ids of assertions stay in the database even where nonces are in Redis: tokens are asked for seldom, and there
      // a used id is used in every region.
      provide: OnceStore,
      inject: [DataSource, Clock, LOGGER],
      useFactory: (dataSource: DataSource, clock: Clock, logger: Logger) =>
        createOnceStore({ dataSource, clock, logger }),
    },
    {
      provide: TokenService,
      inject: [OAuthClients, AccessTokens, OnceStore, Clock, LOGGER, ENV],
      useFactory: tokenService,
    },
  ],
  exports: [AccessTokens, ServerKeys],
})
export class OAuthModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(ServerKeys) private readonly keys: ServerKeys,
    @Inject(OAuthClients) private readonly clients: OAuthClients,
    @Inject(OnceStore) private readonly once: OnceStore,
  ) {}

  async onModuleInit(): Promise<void> {
    this.clients.start();
    await this.keys.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.keys.close(), this.clients.close(), this.once.close()]);
  }
}

function tokenService(
  clients: OAuthClients,
  tokens: AccessTokens,
  once: OnceStore,
  clock: Clock,
  logger: Logger,
  env: GatewayEnv,
): TokenService {
  const issuer = publicUrl(env);
  const assertions = new ClientAssertions({ once, clock, issuer, tokenEndpoint: tokenEndpoint(issuer) });
  const authentication = new ClientAuthentication({ clients, assertions, clock, logger });
  return new TokenService({ authentication, tokens, clients });
}
