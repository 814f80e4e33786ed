import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import {
  AccessTokens,
  CredentialThrottle,
  KeyAdministration,
  KeyRepository,
  KeyService,
  SessionService,
  TenantRepository,
  TenantService,
} from '@btcforecast/access';
import { Clock, LOGGER, type Logger } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { DatabaseModule } from '../database.module.js';
import type { CredentialKind } from '../http/credentials.js';
import { BearerToken } from '../oauth/bearer-token.js';
import { OAuthModule } from '../oauth/oauth.module.js';
import { BearerKey } from './bearer-key.js';
import { KeyController } from './key.controller.js';
import { PeopleModule } from './people.module.js';
import { SessionCredentials } from './session-credentials.js';
import { TenantController } from './tenant.controller.js';
import { ThrottleModule } from './throttle.module.js';

/** The kinds of credentials that the edge takes, in the order in which it looks for them. */
export const CREDENTIAL_KINDS = Symbol('kinds of credentials');

/** Who may come in, and as whom. */
@Module({
  imports: [DatabaseModule, OAuthModule, PeopleModule, ThrottleModule],
  controllers: [KeyController, TenantController],
  providers: [
    {
      provide: KeyService,
      inject: [DataSource, Clock, LOGGER],
      useFactory: (dataSource: DataSource, clock: Clock, logger: Logger) =>
        new KeyService({ repository: new KeyRepository(dataSource), clock, logger }),
    },
    {
      provide: KeyAdministration,
      inject: [DataSource, Clock, KeyService],
      useFactory: (dataSource: DataSource, clock: Clock, keys: KeyService) =>
        new KeyAdministration({ dataSource, clock, onChanged: (id) => keys.forget(id) }),
    },
    {
      provide: TenantService,
      inject: [DataSource, Clock],
      useFactory: (dataSource: DataSource, clock: Clock) =>
        new TenantService({ repository: new TenantRepository(dataSource), clock }),
    },
    {
      provide: CREDENTIAL_KINDS,
      inject: [AccessTokens, KeyService, SessionService, CredentialThrottle],
      // A key comes last of what is borne: it takes whatever no other kind has recognised, and refuses it. A cookie
      // comes last of all, since a browser sends it along with whatever else is sent.
      useFactory: (
        tokens: AccessTokens,
        keys: KeyService,
        sessions: SessionService,
        throttle: CredentialThrottle,
      ): readonly CredentialKind[] => [
        new BearerToken(tokens),
        new BearerKey(keys, throttle),
        new SessionCredentials(sessions, throttle),
      ],
    },
  ],
  exports: [ThrottleModule, CREDENTIAL_KINDS],
})
export class AccessModule implements OnApplicationShutdown {
  constructor(@Inject(KeyService) private readonly keys: KeyService) {}

  async onApplicationShutdown(): Promise<void> {
    await this.keys.close();
  }
}
