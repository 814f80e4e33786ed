import {
  DriftDataRepository,
  DriftEvaluator,
  DriftSignalRepository,
  DriftWatch,
  StandingRepository,
} from '@btcforecast/prediction';
import type { Provider } from '@nestjs/common';
import { DriftJob } from './drift-job.service.js';
import { DriftMetrics } from './drift.metrics.js';
import { DriftSchedule } from './drift.schedule.js';

/** What watches for drift. */
export const driftProviders: Provider[] = [
  DriftDataRepository,
  DriftSignalRepository,
  StandingRepository,
  DriftEvaluator,
  DriftWatch,
  DriftMetrics,
  DriftJob,
  DriftSchedule,
];
