import { Module } from '@nestjs/common';
import { CredentialThrottle } from '@btcforecast/access';
import {
  AttemptLimiters,
  cacheRedisUrl,
  Clock,
  Closers,
  ENV,
  LOGGER,
  type Logger,
  Metrics,
} from '@btcforecast/platform';
import type { GatewayEnv } from '../gateway.env.js';

/** What slows the guessing of credentials, of whichever kind. */
@Module({
  providers: [
    {
      provide: AttemptLimiters,
      inject: [ENV, LOGGER, Closers],
      useFactory: async (env: GatewayEnv, logger: Logger, closers: Closers) => {
        const limiters = await AttemptLimiters.create({ redisUrl: cacheRedisUrl(env), logger });
        closers.add(() => limiters.close());
        return limiters;
      },
    },
    {
      provide: CredentialThrottle,
      inject: [AttemptLimiters, Clock, LOGGER, Metrics],
      useFactory: (limiters: AttemptLimiters, clock: Clock, logger: Logger, metrics: Metrics) =>
        new CredentialThrottle({ limiters, clock, logger, metrics }),
    },
  ],
  exports: [CredentialThrottle],
})
export class ThrottleModule {}
