import type { BacktestResult } from '@btcforecast/contracts';
import { answerTask } from '../child-tasks/answer-task.js';
import type { BacktestRun } from './backtest-run.js';
import type { BacktestProgress } from './backtest.repository.js';
import { evaluateBacktest } from './evaluate-backtest.js';

/** Entry of the process that makes a backtest, so that it can be ended at any time. */
answerTask<BacktestRun, BacktestResult, BacktestProgress>(evaluateBacktest);
