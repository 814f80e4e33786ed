export { ModelManifest } from './model-manifest.js';
export {
  harInputs,
  harInputsBatch,
  inputsAt,
  inputsSeries,
  stackHarInputs,
  type HarInputs,
  type InputsSeries,
  type InputsSpec,
} from './har-inputs.js';
export { HAR_HORIZONS_HOURS, HAR_LEVELS, type HarHorizon, type HarParameters } from './har-parameters.js';
export { evaluateHar, type HarOutputs } from './evaluate-har.js';
export { trainHar, type TrainedModel, type TrainingRequest, type TrainingStage } from './train-har.js';
export { harGraph } from './onnx/har-graph.js';
export { dataDigest } from './data-digest.js';
export { modelCard } from './model-card.js';
