import { INFERENCE_MAX_ROWS } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import type { ModelManifest } from '@btcforecast/training';

type Tensor = ModelManifest['inputs'][number];

/** What somebody asks of a model, as it came. */
export interface Question {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** null: all. */
  readonly outputs: readonly string[] | null;
}

/** A question that the model can answer. */
export interface CheckedQuestion {
  readonly rows: number;
  /** For each input of the manifest, in its order: which of the question's inputs it is. */
  readonly inputs: readonly number[];
  /** For each output wanted: which of the manifest's outputs it is. */
  readonly outputs: readonly number[];
}

/**
 * Whether a question fits the tensors of a model. Names that were sent are not repeated in the messages.
 *
 * @throws AppError caller inference.invalid
 */
export function checkQuestion(manifest: ModelManifest, question: Question): CheckedQuestion {
  const inputs = manifest.inputs.map((tensor) => indexOfInput(manifest, question, tensor));
  if (question.inputs.length !== inputs.length) {
    const stranger = question.inputs.findIndex((_, i) => !inputs.includes(i));
    throw invalid(
      `inputs[${stranger}] is none of them, or there twice; they are ${listed(manifest.inputs)}`,
      manifest,
    );
  }
  const rows = question.inputs[inputs[0]!]?.shape[0] ?? 0;
  if (rows < 1 || rows > INFERENCE_MAX_ROWS) {
    throw invalid(
      `a request has 1 to ${INFERENCE_MAX_ROWS} rows, this one has ${rows}; send several`,
      manifest,
    );
  }
  for (const [at, tensor] of manifest.inputs.entries()) {
    const { shape } = question.inputs[inputs[at]!]!;
    if (!fits(tensor, shape, rows)) {
      throw invalid(
        `the input ${tensor.name} must have the shape ${shapeText(tensor)} with one number of rows for all inputs, ` +
          `here ${rows}; it has [${shape.join(', ')}]`,
        manifest,
      );
    }
  }
  return { rows, inputs, outputs: wantedOutputs(manifest, question.outputs) };
}

function indexOfInput(manifest: ModelManifest, { inputs }: Question, { name }: Tensor): number {
  const found = inputs.findIndex((input) => input.name === name);
  if (found >= 0) return found;
  throw invalid(`the input ${name} is missing; the inputs are ${listed(manifest.inputs)}`, manifest);
}

function wantedOutputs({ outputs, ...manifest }: ModelManifest, wanted: Question['outputs']): number[] {
  if (wanted === null || wanted.length === 0) return outputs.map((_, i) => i);
  const found = wanted.map((name) => outputs.findIndex((output) => output.name === name));
  const stranger = found.findIndex((index, i) => index < 0 || found.indexOf(index) !== i);
  if (stranger < 0) return found;
  throw invalid(
    `outputs[${stranger}] is none of them, or there twice; they are ${listed(outputs)}`,
    manifest,
  );
}

function fits({ shape }: Tensor, actual: readonly number[], rows: number): boolean {
  return (
    actual.length === shape.length && shape.every((size, i) => actual[i] === (size === 'N' ? rows : size))
  );
}

function listed(tensors: readonly Tensor[]): string {
  return tensors.map((tensor) => `${tensor.name} ${shapeText(tensor)}`).join(', ');
}

function shapeText({ shape }: Tensor): string {
  return `[${shape.map((size) => (size === 'N' ? -1 : size)).join(', ')}]`;
}

function invalid(what: string, { name, version }: Pick<ModelManifest, 'name' | 'version'>): AppError {
  return new AppError('caller', 'inference.invalid', `${name}@${version} cannot be asked this: ${what}`);
}
