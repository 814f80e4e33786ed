import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Those that take longest, in seconds on two processors: Jest knows it only where it has run them before. */
const KNOWN_SECONDS = {
  'e2e/lifecycle.e2e.spec.ts': 180,
  'e2e/replay.e2e.spec.ts': 120,
  'e2e/supervisor.e2e.spec.ts': 60,
  'e2e/guides-and-tracing.e2e.spec.ts': 40,
  'e2e/instruments.e2e.spec.ts': 38,
  'libs/prediction/src/models/hot-swap.int.spec.ts': 100,
  'libs/prediction/src/lifecycle/rollout.service.int.spec.ts': 60,
  'apps/cli/src/train.command.spec.ts': 50,
  'libs/market-data/src/ingest/ingestor.int.spec.ts': 40,
  'libs/prediction/src/parity/backtest-parity.int.spec.ts': 35,
  'libs/prediction/src/lifecycle/candidate-gate.service.int.spec.ts': 30,
  'libs/market-data/src/ingest/failover.int.spec.ts': 29,
  'libs/database/src/embedded/start-embedded-postgres.int.spec.ts': 27,
  'libs/timeseries/src/drift.spec.ts': 25,
  'libs/platform/src/queues/queues.int.spec.ts': 24,
  'libs/platform/src/lifecycle/bootstrap-service.int.spec.ts': 21,
  'apps/cli/src/backtest.command.spec.ts': 20,
  'libs/forecasting/src/forecast-origins.spec.ts': 20,
  'libs/prediction/src/backtests/backtests.int.spec.ts': 18,
};
/** Of the others the larger files take longer, roughly. */
const MS_PER_BYTE = 0.25;

/** Starts the longest test files first, on a fresh clone too, so that none of them is left to one worker at the end. */
export default class LongestFirst extends Sequencer {
  time(test) {
    const { config, hasteFS } = test.context;
    const known = KNOWN_SECONDS[relative(config.rootDir, test.path)];
    if (known !== undefined) return known * 1_000;
    return super.time(test) ?? (hasteFS.getSize(test.path) ?? 0) * MS_PER_BYTE;
  }
}
