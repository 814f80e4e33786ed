import { Metrics } from '@btcforecast/platform';
import type { FactoryProvider } from '@nestjs/common';
import { TechnicalCheck } from './technical-check.js';

/** The check as every process uses it: counted. */
export const technicalCheckProvider: FactoryProvider<TechnicalCheck> = {
  provide: TechnicalCheck,
  inject: [Metrics],
  useFactory: (metrics: Metrics) => {
    const checks = metrics.counter('registry_checks_total', 'Technical checks of models', ['verdict']);
    return new TechnicalCheck({ onVerdict: (verdict) => checks.inc({ verdict }) });
  },
};
