import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import {
  RequestSigningKeyRepository,
  RequestVerifier,
  ServerKeys,
  SigningKeyAdministration,
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
import { DatabaseModule } from '../database.module.js';
import type { GatewayEnv } from '../gateway.env.js';
import { OAuthModule } from '../oauth/oauth.module.js';
import { DirectoryController } from './directory.controller.js';
import { RequestSignatures } from './request-signatures.js';
import { SignedReplies } from './signed-replies.js';
import { SigningKeyController } from './signing-key.controller.js';

/** Signed requests and signed replies, RFC 9421. */
@Module({
  imports: [DatabaseModule, OAuthModule],
  controllers: [DirectoryController, SigningKeyController],
  providers: [
    {
      provide: OnceStore,
      inject: [DataSource, Clock, LOGGER, ENV],
      useFactory: (dataSource: DataSource, clock: Clock, logger: Logger, env: GatewayEnv) =>
        createOnceStore({ dataSource, redisUrl: env.REDIS_URL, clock, logger }),
    },
    {
      provide: RequestVerifier,
      inject: [DataSource, OnceStore, Clock, LOGGER, ENV],
      useFactory: (
        dataSource: DataSource,
        nonces: OnceStore,
        clock: Clock,
        logger: Logger,
        { SECRETS_KEY, SIGNATURE_SKEW_SECONDS: skewSeconds }: GatewayEnv,
      ) => {
        const repository = new RequestSigningKeyRepository(dataSource, new SecretBox(SECRETS_KEY));
        return new RequestVerifier({ repository, nonces, clock, logger, skewSeconds });
      },
    },
    {
      provide: SigningKeyAdministration,
      inject: [DataSource, Clock, RequestVerifier, ENV],
      useFactory: (dataSource: DataSource, clock: Clock, verifier: RequestVerifier, env: GatewayEnv) =>
        new SigningKeyAdministration({
          dataSource,
          secrets: new SecretBox(env.SECRETS_KEY),
          clock,
          onChanged: (id) => verifier.forget(id),
        }),
    },
    {
      provide: RequestSignatures,
      inject: [RequestVerifier],
      useFactory: (verifier: RequestVerifier) => new RequestSignatures(verifier),
    },
    {
      provide: SignedReplies,
      inject: [ServerKeys, Clock, LOGGER],
      useFactory: (keys: ServerKeys, clock: Clock, logger: Logger) => new SignedReplies(keys, clock, logger),
    },
  ],
})
export class SignaturesModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(RequestVerifier) private readonly verifier: RequestVerifier,
    @Inject(OnceStore) private readonly nonces: OnceStore,
  ) {}

  onModuleInit(): void {
    this.verifier.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.verifier.close(), this.nonces.close()]);
  }
}
