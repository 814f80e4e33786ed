import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Those that take longest, in seconds on two processors: Jest knows it only where it has run them before. */
const KNOWN_SECONDS = {
  'e2e/lifecycle.e2e.spec.ts': 180,
  'e2e/replay.e2e.spec.ts': 120,
  'e2e/supervisor.e2e.spec.ts': 60,
  'e2e/instruments.e2e.spec.ts': 38,
  'e2e/guides-and-tracing.e2e.spec.ts': 40,
  'apps/cli/src/train.command.spec.ts': 60,
  'libs/prediction/src/lifecycle/candidate-gate.service.int.spec.ts': 30,
  'libs/prediction/src/lifecycle/rollout.service.int.spec.ts': 30,
  'libs/timeseries/src/drift.spec.ts': 20,
  'libs/prediction/src/reproduction/reproduction.int.spec.ts': 15,
  'libs/prediction/src/registry/technical-check.int.spec.ts': 15,
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
