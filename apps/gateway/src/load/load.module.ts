import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ENV, LOGGER, type Logger, Metrics } from '@btcforecast/platform';
import type { GatewayEnv } from '../gateway.env.js';
import { LoadGate } from './load-gate.js';

/** Refuses what is too much. */
@Module({
  providers: [
    {
      provide: LoadGate,
      inject: [ENV, LOGGER, Metrics],
      useFactory: (env: GatewayEnv, logger: Logger, metrics: Metrics) =>
        new LoadGate({
          maxDelayMs: env.LOAD_MAX_DELAY_MS,
          maxInFlight: env.LOAD_MAX_IN_FLIGHT,
          logger,
          metrics,
        }),
    },
  ],
})
export class LoadModule implements OnApplicationShutdown {
  constructor(@Inject(LoadGate) private readonly gate: LoadGate) {}

  onApplicationShutdown(): void {
    this.gate.close();
  }
}
