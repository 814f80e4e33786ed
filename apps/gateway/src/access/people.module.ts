import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  CredentialThrottle,
  PASSWORD_COST,
  PasswordHasher,
  SessionAdministration,
  SessionRepository,
  SessionService,
  type SessionTimes,
  UserAdministration,
} from '@btcforecast/access';
import { Clock, ENV, LOGGER, type Logger } from '@btcforecast/platform';
import { DataSource } from 'typeorm';
import { DatabaseModule } from '../database.module.js';
import type { GatewayEnv } from '../gateway.env.js';
import { SessionController } from './session.controller.js';
import { SessionDoor } from './session-door.js';
import { ThrottleModule } from './throttle.module.js';
import { UserController } from './user.controller.js';

/** People: who they are, and that they are logged in. */
@Module({
  imports: [DatabaseModule, ThrottleModule],
  controllers: [UserController, SessionController],
  providers: [
    SessionDoor,
    {
      provide: PasswordHasher,
      inject: [ENV],
      useFactory: (env: GatewayEnv) => new PasswordHasher({ ...PASSWORD_COST, log2N: env.PASSWORD_COST }),
    },
    {
      provide: SessionService,
      inject: [DataSource, ENV, Clock, LOGGER],
      useFactory: (dataSource: DataSource, env: GatewayEnv, clock: Clock, logger: Logger) =>
        new SessionService({
          repository: new SessionRepository(dataSource),
          times: timesOf(env),
          clock,
          logger,
        }),
    },
    {
      provide: SessionAdministration,
      inject: [DataSource, PasswordHasher, SessionService, CredentialThrottle, ENV, Clock],
      useFactory: (
        dataSource: DataSource,
        passwords: PasswordHasher,
        sessions: SessionService,
        throttle: CredentialThrottle,
        env: GatewayEnv,
        clock: Clock,
      ) =>
        new SessionAdministration({ dataSource, passwords, sessions, throttle, times: timesOf(env), clock }),
    },
    {
      provide: UserAdministration,
      inject: [DataSource, PasswordHasher, SessionService, Clock],
      useFactory: (
        dataSource: DataSource,
        passwords: PasswordHasher,
        sessions: SessionService,
        clock: Clock,
      ) => new UserAdministration({ dataSource, passwords, clock, onChanged: () => sessions.forget() }),
    },
  ],
  exports: [SessionService],
})
export class PeopleModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(SessionService) private readonly sessions: SessionService) {}

  onApplicationBootstrap(): void {
    this.sessions.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sessions.close();
  }
}

function timesOf({ SESSION_IDLE_MINUTES, SESSION_MAX_HOURS }: GatewayEnv): SessionTimes {
  return { idleMs: SESSION_IDLE_MINUTES * 60_000, maxMs: SESSION_MAX_HOURS * 3_600_000 };
}
