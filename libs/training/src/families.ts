import { BASELINE_FAMILIES, type BaselineFamily, type TrainedManifest } from './model-manifest.js';
import { trainBlend } from './families/train-blend.js';
import { trainBaseline } from './train-baseline.js';
import { trainHar } from './train-har.js';
import type { TrainedModel, TrainingRequest } from './training-request.js';

/** A way to make a model from candles. */
export interface ModelFamily {
  /** One line for people. */
  readonly description: string;
  /** Whether it can be fitted to several instruments together. */
  readonly pools: boolean;
  /** A function of the request alone: the same request gives the same bytes. */
  readonly train: (request: TrainingRequest) => TrainedModel;
}

/** Families that this program trains: all but what users bring. */
export type TrainableFamily = TrainedManifest['family'];

/** The family of the shipped champion: what is trained where nobody says otherwise. */
export const CHAMPION_FAMILY: TrainableFamily = 'har_blend';

const BASELINES: Readonly<Record<BaselineFamily, string>> = {
  uncond_1y: "the trailing year's quantiles",
  ewma_rw: 'a random walk with exponentially weighted volatility',
  ewma_gk_seas: 'exponentially weighted Garman-Klass variance with an hour-of-week season',
  garch_t: 'GARCH(1,1) with Student-t innovations',
  garch_fhs_seas: 'filtered historical simulation of GARCH(1,1) with an hour-of-week season',
};

/** Every family that can be trained, by name. */
export const MODEL_FAMILIES: Readonly<Record<TrainableFamily, ModelFamily>> = {
  har_abs_emp: {
    description: 'a HAR scale model with empirical quantiles',
    pools: false,
    train: (request) => trainHar(alone(request)),
  },
  har_blend: {
    description: 'a HAR scale model with the hour of the day, quantile regression and rolling recalibration',
    pools: true,
    train: trainBlend,
  },
  ...(Object.fromEntries(
    BASELINE_FAMILIES.map((family) => [
      family,
      {
        description: `${BASELINES[family]}; a baseline, nothing is fitted`,
        pools: false,
        train: (request: TrainingRequest) => trainBaseline(family, alone(request)),
      },
    ]),
  ) as Record<BaselineFamily, ModelFamily>),
};

/** @throws RangeError if the request brings other instruments */
function alone(request: TrainingRequest): TrainingRequest {
  if (!request.others?.length) return request;
  throw new RangeError('this family is fitted to one instrument alone');
}

export function isTrainableFamily(family: string): family is TrainableFamily {
  return Object.hasOwn(MODEL_FAMILIES, family);
}
