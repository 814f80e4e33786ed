import { CHAMPION_FAMILY, MODEL_FAMILIES, type TrainedModel } from '@btcforecast/training';
import { answerTask } from '../child-tasks/answer-task.js';
import type { CandidateRequest } from './candidate-trainer.js';

/** Entry of the process that fits a candidate, which keeps a thread busy for a while. */
answerTask<CandidateRequest, TrainedModel, number>((request, tell) =>
  MODEL_FAMILIES[CHAMPION_FAMILY].train({ ...request, onProgress: (_stage, share) => tell(share) }),
);
