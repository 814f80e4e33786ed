import type { BaselineFamily, ManifestOf } from '../model-manifest.js';
import type { CardParts } from './card-parts.js';

const SUMMARIES: Readonly<Record<BaselineFamily, string>> = {
  uncond_1y:
    'Empirical quantiles of the log returns that ended in the trailing year; it knows nothing of the present volatility.',
  ewma_rw:
    "A random walk whose volatility is an exponentially weighted mean of squared hourly returns; the shape is that of the trailing year's standardised returns.",
  ewma_gk_seas:
    "Volatility is an exponentially weighted mean of the Garman-Klass variance of each hour, freed of its hour-of-week season, which is multiplied back for the hours ahead; the shape is that of the trailing year's returns, standardised the same way.",
  garch_t:
    'GARCH(1,1) with Student-t innovations on hourly returns, fitted by maximum likelihood to the year before the month of the origin.',
  garch_fhs_seas:
    "GARCH(1,1) on hourly returns freed of their hour-of-week season, fitted to the year before the month of the origin; 4,000 paths are drawn from the trailing year's standardised residuals, scaled hour by hour and added up.",
};

export function baselineCard({ family }: ManifestOf<BaselineFamily>): CardParts {
  return {
    summary: `${SUMMARIES[family]} A baseline: the graph hands on what is computed from the candles, so that it can be served, compared and scored like any model.`,
    training: [['fitted', 'nothing: its answer is a function of the candles before each origin']],
    sections: [],
    limits: [
      'The constants of its design were chosen on Bitcoin before June 2024.',
      'It knows candles only: no order book, no options, no calendar of news.',
    ],
  };
}
