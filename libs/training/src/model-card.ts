import type { ModelManifest } from './model-manifest.js';

/**
 * The model card: what the manifest says, for people. Markdown; derived from the manifest alone, so it can be written
 * anew at any time.
 */
export function modelCard(manifest: ModelManifest): string {
  return (
    [
      heading(manifest),
      training(manifest),
      use(manifest),
      tensors(manifest),
      heldOut(manifest),
      features(manifest),
      limits(manifest),
    ].join('\n\n') + '\n'
  );
}

function heading({ name, version, instruments, horizonsHours }: ModelManifest): string {
  return [
    `# ${name} ${version}`,
    '',
    `Forecasts the distribution of the log return of ${instruments.join(', ')} over ` +
      `${horizonsHours.map((hours) => `${hours} h`).join(', ')} from hourly candles.`,
    '',
    'A log-linear model of volatility (heterogeneous autoregression with an hour-of-week season) scales the empirical ' +
      "quantiles of the standardised return. Where that helps, the trailing year's own quantiles are mixed in.",
  ].join('\n');
}

function training({ trainingSpan, fitSpan, data, codeVersion, fit, horizonsHours }: ModelManifest): string {
  return [
    '## Training',
    '',
    '| | |',
    '| --- | --- |',
    `| candles seen | ${data.candles} hourly ones, ${trainingSpan.from} to ${trainingSpan.to}; none after, outcomes included |`,
    `| digest of these candles | \`${data.sha256}\` |`,
    `| coefficients fitted on | origins and outcomes from ${fitSpan.from} to ${fitSpan.to} |`,
    `| origins fitted | ${fit.rows.map((rows, h) => `${rows} (${horizonsHours[h]} h)`).join(', ')} |`,
    `| ridge | ${fit.ridge} |`,
    `| program | btcforecast ${codeVersion} |`,
    '',
    'Everything above is a function of these candles: training again gives the same bytes.',
  ].join('\n');
}

function use({ windowSlots, trainingSpan }: ModelManifest): string {
  return [
    '## Use',
    '',
    `A forecast is a function of the last ${windowSlots} hourly slots up to its origin. Origins up to ` +
      `${trainingSpan.to} lie inside the training span: forecasts from there are in sample and prove nothing.`,
  ].join('\n');
}

function tensors({ inputs, outputs, onnx }: ModelManifest): string {
  const row = (direction: string) => (tensor: ModelManifest['inputs'][number]) =>
    `| ${direction} | \`${tensor.name}\` | ${tensor.dtype} | [${tensor.shape.join(', ')}] |`;
  return [
    '## Graph',
    '',
    `ONNX, operator set ${onnx.opset}, ${onnx.bytes} bytes, SHA-256 \`${onnx.sha256}\`.`,
    '',
    '| | tensor | type | shape |',
    '| --- | --- | --- | --- |',
    ...inputs.map(row('in')),
    ...outputs.map(row('out')),
  ].join('\n');
}

function heldOut({ fit, horizonsHours }: ModelManifest): string {
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

function features({ features: names, fit, horizonsHours }: ModelManifest): string {
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

function limits({ horizonsHours }: ModelManifest): string {
  return [
    '## Limits',
    '',
    '- It forecasts how far the price may move, not where to: its median stays within a small fraction of the ' +
      'interval of the last price, and nothing known beats that.',
    `- At ${horizonsHours.at(-1)} h it is little better than the trailing year's own quantiles.`,
    '- It knows candles only: no order book, no options, no calendar of news.',
    '- Without new training its shape ages; coverage is scored on every forecast and shown beside it.',
  ].join('\n');
}
