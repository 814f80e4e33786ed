import {
  BacktestData,
  BacktestJob,
  BacktestQueue,
  BacktestRepository,
  BacktestRunner,
} from '@btcforecast/prediction';
import type { Provider } from '@nestjs/common';
import { BacktestSchedule } from './backtest.schedule.js';

/** What works off the backtests that clients ask for. */
export const backtestProviders: Provider[] = [
  BacktestRepository,
  BacktestData,
  { provide: BacktestRunner, useFactory: () => new BacktestRunner() },
  BacktestQueue,
  BacktestJob,
  BacktestSchedule,
];
