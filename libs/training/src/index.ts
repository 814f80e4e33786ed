export {
  ModelManifest,
  BASELINE_FAMILIES,
  type BaselineFamily,
  type ManifestOf,
  type TrainedManifest,
} from './model-manifest.js';
export { CorrectionSpec } from './correction-spec.js';
export { goldenInputs, type GoldenRow, type HarGoldenRow } from './golden-rows.js';
export { type BlockAxis, type BlockSeries, type InputBlock, type InputsSpec } from './inputs/input-block.js';
export { INPUT_BLOCKS, outputTensors, requireKnownInputs, type TensorSpec } from './inputs/input-blocks.js';
export {
  givenFor,
  inputsAt,
  inputsBatch,
  inputsSeries,
  stackBlock,
  type InputsSeries,
  type ModelInputs,
} from './inputs/model-inputs.js';
export { HAR_HORIZONS_HOURS, HAR_LEVELS, type HarHorizon, type HarParameters } from './har-parameters.js';
export { evaluateHar, harInputsOf, type HarInputs, type HarOutputs } from './evaluate-har.js';
export { type TrainedModel, type TrainingRequest, type TrainingStage } from './training-request.js';
export { trainHar } from './train-har.js';
export { trainBlend } from './families/train-blend.js';
export { blendBlocksOf, evaluateBlend, type BlendBlocks } from './families/evaluate-blend.js';
export { trainBaseline } from './train-baseline.js';
export {
  CHAMPION_FAMILY,
  isTrainableFamily,
  MODEL_FAMILIES,
  type ModelFamily,
  type TrainableFamily,
} from './families.js';
export { dataDigest } from './data-digest.js';
export { modelCard } from './model-card.js';
