import type { ManifestOf } from '../model-manifest.js';
import type { CardParts } from './card-parts.js';

type BlendManifest = ManifestOf<'har_blend'>;

export function blendCard(manifest: BlendManifest): CardParts {
  const { fit, fitSpan, horizonsHours, instruments } = manifest;
  return {
    summary:
      'A log-linear model of volatility (heterogeneous autoregression with an hour-of-week season and the hour of the ' +
      'day) scales a shape that is half empirical, half a quantile regression of the standardised return on past ' +
      "returns. The trailing year's own quantiles are mixed in, and recent outcomes correct the result.",
    training: [
      ['coefficients fitted on', `origins and outcomes from ${fitSpan.from} to ${fitSpan.to}`],
      ['origins fitted', fit.rows.map((rows, h) => `${rows} (${horizonsHours[h]} h)`).join(', ')],
      ['ridge', `${fit.ridge} (scale), ${fit.tiltRidge} (quantile regression)`],
      ...(instruments.length > 1
        ? [['fitted together', `${instruments.join(', ')}; the digest is that of their digests`] as const]
        : []),
    ],
    sections: [blend(manifest), features(manifest), hours(manifest)],
    limits: [
      `At ${horizonsHours.at(-1)} h it is little better than the trailing year's own quantiles without their drift.`,
      'It knows candles only: no order book, no options, no calendar of news.',
      'The weights of the blend were chosen on Bitcoin and Ether from mid 2020 to mid 2024, two of them with the year ' +
        'after in view, and are not fitted anew.',
    ],
  };
}

function blend({ fit, horizonsHours }: BlendManifest): string {
  return [
    '## Blend',
    '',
    "The trailing year's quantiles enter with a weight of their own; the quantile regression weighs against the " +
      'empirical shape in what remains. Drift is what makes mirrored quantiles differ: the share of it that is taken ' +
      "out of the empirical shape and the trailing year's quantiles.",
    '',
    '| horizon | trailing year | quantile regression | drift taken out |',
    '| --- | --- | --- | --- |',
    ...fit.horizons.map(
      ({ referenceWeight, tiltWeight, driftShrink }, h) =>
        `| ${horizonsHours[h]} h | ${referenceWeight} | ${tiltWeight} | ${driftShrink} |`,
    ),
  ].join('\n');
}

function features({ features: names, fit, horizonsHours }: BlendManifest): string {
  return [
    '## Features',
    '',
    'Coefficients are per standard deviation of the feature, on the logarithm of volatility. Those marked * also move ' +
      'the shape.',
    '',
    `| feature | mean | deviation | ${horizonsHours.map((hours) => `${hours} h`).join(' | ')} |`,
    `| --- | --- | --- | ${horizonsHours.map(() => '---').join(' | ')} |`,
    ...names.map((name, i) => {
      const coefficients = fit.horizons.map((horizon) => horizon.coefficients[i]!.toFixed(4));
      const mark = fit.tiltFeatures.includes(name) ? ' *' : '';
      return `| \`${name}\`${mark} | ${fit.means[i]!.toFixed(4)} | ${fit.deviations[i]!.toFixed(4)} | ${coefficients.join(' | ')} |`;
    }),
  ].join('\n');
}

function hours({ fit, horizonsHours }: BlendManifest): string {
  const moving = fit.horizons.flatMap(({ hourEffects }, h) =>
    hourEffects.some((effect) => effect !== 0) ? [{ hourEffects, hours: horizonsHours[h] }] : [],
  );
  return [
    '## Hour of the day',
    '',
    'Effect of the UTC hour of the origin on the logarithm of volatility, beyond the season.',
    '',
    `| hour | ${moving.map((horizon) => `${horizon.hours} h`).join(' | ')} |`,
    `| --- | ${moving.map(() => '---').join(' | ')} |`,
    ...Array.from({ length: 24 }, (_, hour) => {
      const effects = moving.map(({ hourEffects }) => hourEffects[hour]!.toFixed(4));
      return `| ${hour} | ${effects.join(' | ')} |`;
    }),
  ].join('\n');
}
