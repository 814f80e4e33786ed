import { baselineCard } from './card/baseline-card.js';
import { blendCard } from './card/blend-card.js';
import type { CardParts } from './card/card-parts.js';
import { harCard } from './card/har-card.js';
import { userCard } from './card/user-card.js';
import type { CorrectionSpec } from './correction-spec.js';
import type { ModelManifest } from './model-manifest.js';

/**
 * The model card: what the manifest says, for people. Markdown; derived from the manifest alone, so it can be written
 * anew at any time.
 */
export function modelCard(manifest: ModelManifest): string {
  const parts = partsOf(manifest);
  return (
    [
      heading(manifest, parts),
      training(manifest, parts),
      use(manifest),
      tensors(manifest),
      ...(manifest.correction ? [correction(manifest.correction, manifest.horizonsHours)] : []),
      ...parts.sections,
      limits(parts),
    ].join('\n\n') + '\n'
  );
}

function partsOf(manifest: ModelManifest): CardParts {
  switch (manifest.family) {
    case 'har_abs_emp':
      return harCard(manifest);
    case 'har_blend':
      return blendCard(manifest);
    case 'user':
      return userCard();
    default:
      return baselineCard(manifest);
  }
}

function heading(
  { name, version, instruments, horizonsHours }: ModelManifest,
  { summary }: CardParts,
): string {
  return [
    `# ${name} ${version}`,
    '',
    `Forecasts the distribution of the log return of ${instruments.join(', ')} over ` +
      `${horizonsHours.map((hours) => `${hours} h`).join(', ')} from hourly candles.`,
    '',
    summary,
  ].join('\n');
}

function training(manifest: ModelManifest, { training: rows }: CardParts): string {
  const { from, to } = manifest.trainingSpan;
  if (manifest.family === 'user') return `## Training\n\nBy the word of its owner on ${from} to ${to}.`;
  const { data, codeVersion } = manifest;
  return [
    '## Training',
    '',
    '| | |',
    '| --- | --- |',
    `| candles seen | ${data.candles} hourly ones, ${from} to ${to}; none after, outcomes included |`,
    `| digest of these candles | \`${data.sha256}\` |`,
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
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

function correction(spec: CorrectionSpec, horizonsHours: readonly number[]): string {
  const weights = horizonsHours.map((hours, h) => `${hours} h: ${spec.weights[h]}`).join(', ');
  return [
    '## Correction',
    '',
    `Each of the graph's quantiles is shifted by what its own recent hindcasts missed: those at each hour of the last ` +
      `${spec.spanHours} whose outcome is known, from ${spec.minOutcomes} outcomes on, in units of volatility. Weight ` +
      `of the shift, ${weights}. A function of the candles before the origin, with nothing kept in between.`,
  ].join('\n');
}

function limits({ limits: own }: CardParts): string {
  const general =
    'It forecasts how far the price may move, not where to: its median stays within a small fraction of the ' +
    'interval of the last price, and nothing known beats that.';
  return ['## Limits', '', ...[general, ...own].map((line) => `- ${line}`)].join('\n');
}
