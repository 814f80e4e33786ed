import type { ManifestOf } from '../model-manifest.js';
import type { CardParts } from './card-parts.js';

type HarManifest = ManifestOf<'har_abs_emp'>;

export function harCard(manifest: HarManifest): CardParts {
  const { fit, fitSpan, horizonsHours } = manifest;
  return {
    summary:
      'A log-linear model of volatility (heterogeneous autoregression with an hour-of-week season) scales the empirical ' +
      "quantiles of the standardised return. Where that helps, the trailing year's own quantiles are mixed in.",
    training: [
      ['coefficients fitted on', `origins and outcomes from ${fitSpan.from} to ${fitSpan.to}`],
      ['origins fitted', fit.rows.map((rows, h) => `${rows} (${horizonsHours[h]} h)`).join(', ')],
      ['ridge', String(fit.ridge)],
    ],
    sections: [heldOut(manifest), features(manifest)],
    limits: [
      `At ${horizonsHours.at(-1)} h it is little better than the trailing year's own quantiles.`,
      'It knows candles only: no order book, no options, no calendar of news.',
      'Without new training its shape ages; coverage is scored on every forecast and shown beside it.',
    ],
  };
}

function heldOut({ fit, horizonsHours }: HarManifest): string {
  const { origins, pinball, referencePinball } = fit.selection;
  const shown = (value: number | null): string => (value === null ? 'none' : value.toFixed(3));
  return [
    '## Held-out years',
    '',
    "The weight of the trailing year's quantiles was chosen by walking forward: each of up to five years before the " +
      'end of training was forecast, every 12 h, by coefficients fitted on earlier data only. Pinball loss is the ' +
      'mean over the levels, times 10,000. The weight was chosen on these same years, so the row is slightly kind to ' +
      'the model; the live score is the honest one.',
    '',
    "| horizon | origins | weight of the trailing year | pinball | of the trailing year's quantiles alone |",
    '| --- | --- | --- | --- | --- |',
    ...horizonsHours.map(
      (hours, h) =>
        `| ${hours} h | ${origins[h]} | ${fit.horizons[h]!.referenceWeight} | ${shown(pinball[h]!)} | ` +
        `${shown(referencePinball[h]!)} |`,
    ),
  ].join('\n');
}

function features({ features: names, fit, horizonsHours }: HarManifest): string {
  return [
    '## Features',
    '',
    'Coefficients are per standard deviation of the feature, on the logarithm of volatility.',
    '',
    `| feature | mean | deviation | ${horizonsHours.map((hours) => `${hours} h`).join(' | ')} |`,
    `| --- | --- | --- | ${horizonsHours.map(() => '---').join(' | ')} |`,
    ...names.map((name, i) => {
      const coefficients = fit.horizons.map((horizon) => horizon.coefficients[i]!.toFixed(4));
      return `| \`${name}\` | ${fit.means[i]!.toFixed(4)} | ${fit.deviations[i]!.toFixed(4)} | ${coefficients.join(' | ')} |`;
    }),
  ].join('\n');
}
