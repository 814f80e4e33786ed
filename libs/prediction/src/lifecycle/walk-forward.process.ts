import { answerTask } from '../child-tasks/answer-task.js';
import { walkForward } from './walk-forward.js';
import type { WalkForwardReport, WalkForwardRequest } from './walk-forward-request.js';

/** Entry of the process that walks a candidate forward: refits keep a thread busy for minutes. */
answerTask<WalkForwardRequest, WalkForwardReport, number>(walkForward);
