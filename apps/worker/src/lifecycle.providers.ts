import { ENV } from '@btcforecast/platform';
import {
  AliasService,
  CandidateGate,
  ChampionSettings,
  ConfiguredChampion,
  ForecastRepository,
  HistoryReader,
  PromotionRules,
  RolloutRepository,
  RolloutScoresRepository,
  RolloutService,
  RolloutStateReader,
  WalkForwardRunner,
} from '@btcforecast/prediction';
import type { Provider } from '@nestjs/common';
import { EvaluationSchedule } from './evaluation.schedule.js';
import { LifecycleJobs } from './lifecycle-jobs.service.js';
import { RolloutSchedule } from './rollout.schedule.js';
import type { WorkerEnv } from './worker.env.js';

/** What evaluates versions and moves aliases. */
export const lifecycleProviders: Provider[] = [
  {
    provide: ChampionSettings,
    inject: [ENV],
    useFactory: ({ CHAMPION, BASE_MODEL }: WorkerEnv) => new ChampionSettings(CHAMPION, BASE_MODEL),
  },
  ConfiguredChampion,
  ForecastRepository,
  PromotionRules,
  AliasService,
  HistoryReader,
  { provide: WalkForwardRunner, useFactory: () => new WalkForwardRunner() },
  CandidateGate,
  RolloutRepository,
  RolloutScoresRepository,
  RolloutStateReader,
  RolloutService,
  LifecycleJobs,
  RolloutSchedule,
  EvaluationSchedule,
];
