import type { LoadedModel, RawAnswer } from '@btcforecast/forecasting';
import { AppError } from '@btcforecast/platform';
import { goldenInputs, requireKnownInputs, stackBlock, type ModelInputs, type ModelManifest } from '@btcforecast/training';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphModel } from '../inference/graph-model.js';
import type { TensorData } from '../registry/isolated-session.js';
import { checkDigest, type ModelFiles } from './model-files.js';

/** Relative; what a manifest promises of its golden rows on any runtime. */
const GOLDEN_TOLERANCE = 1e-9;

/**
 * A model in memory: one onnxruntime session that has proved itself on the manifest's golden rows.
 *
 * It runs on the calling thread, since a run costs less than handing it to another thread would; the arena is off,
 * since it would keep the memory of the largest batch for ever.
 */
export class OnnxModel implements LoadedModel, GraphModel {
  private constructor(
    readonly manifest: ModelManifest,
    private readonly session: InferenceSession,
  ) {}

  /**
   * @throws AppError caller config.invalid when digest, inputs, outputs or golden answers differ from the
   *   manifest, or it reads an input that is not computed here
   */
  static async load(files: ModelFiles): Promise<OnnxModel> {
    const { manifest, onnx } = files;
    checkDigest(files);
    requireComputable(manifest);
    const session = await InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      enableCpuMemArena: false,
      enableMemPattern: false,
      logSeverityLevel: 4, // what goes wrong is thrown; numbers of callers must not fill the log
    });
    const model = new OnnxModel(manifest, session);
    try {
      model.#checkTensors('input', manifest.inputs, session.inputMetadata);
      model.#checkTensors('output', manifest.outputs, session.outputMetadata);
      await model.#checkGolden();
    } catch (error) {
      await session.release();
      throw error;
    }
    return model;
  }

  /** Version on the wire: `name@version`. */
  get reference(): string {
    return `${this.manifest.name}@${this.manifest.version}`;
  }

  /** Answers for any number of origins, in their order, by one run; the bits do not depend on the batch. */
  async predict(inputs: readonly Pick<ModelInputs, 'blocks'>[]): Promise<RawAnswer[]> {
    if (inputs.length === 0) return [];
    const feeds = Object.fromEntries(
      this.manifest.inputs.map(({ name, shape }) => {
        const dims = shape.map((size) => (size === 'N' ? inputs.length : size));
        return [name, new Tensor('float64', stackBlock(inputs, name), dims)];
      }),
    );
    const { quantiles, sigma } = await this.session.run(feeds);
    return inputs.map((_, row) =>
      this.#answer(row, quantiles!.data as Float64Array, sigma!.data as Float64Array),
    );
  }

  /** One run of the graph as it is; the outputs in the order of the manifest. */
  async run(feeds: readonly TensorData[]): Promise<TensorData[]> {
    const tensors = feeds.map(({ name, dims, data }) => [name, new Tensor('float64', data, dims)] as const);
    const results = await this.session.run(Object.fromEntries(tensors));
    return this.manifest.outputs.map(({ name }) => {
      const { dims, data } = results[name]!; // the outputs were compared with the manifest
      return { name, dims, data: data as Float64Array };
    });
  }

  /** Gives the session's memory back; the model answers no more. */
  release(): Promise<void> {
    return this.session.release();
  }

  #answer(row: number, quantiles: Float64Array, sigma: Float64Array): RawAnswer {
    const horizons = this.manifest.horizonsHours.length;
    const levels = this.manifest.levels.length;
    const start = row * horizons * levels;
    return {
      quantiles: Array.from({ length: horizons }, (_, h) =>
        quantiles.slice(start + h * levels, start + (h + 1) * levels),
      ),
      sigma: sigma.slice(row * horizons, (row + 1) * horizons),
    };
  }

  #checkTensors(
    side: string,
    stated: ModelManifest['inputs'],
    actual: readonly InferenceSession.ValueMetadata[],
  ): void {
    const describe = (name: string, type: string, shape: readonly (number | string)[]) =>
      `${name}: ${type}[${shape.map((size) => (typeof size === 'number' ? size : 'N')).join(', ')}]`;
    const wanted = stated.map(({ name, dtype, shape }) =>
      describe(name, dtype === 'double' ? 'float64' : dtype, shape),
    );
    const found = actual.map((value) =>
      value.isTensor ? describe(value.name, value.type, value.shape) : `${value.name}: no tensor`,
    );
    if (wanted.join('; ') === found.join('; ')) return;
    throw this.#broken(`its ${side}s are ${found.join('; ')}; the manifest says ${wanted.join('; ')}`);
  }

  async #checkGolden(): Promise<void> {
    const { golden } = this.manifest;
    const answers = await this.predict(golden.map(goldenInputs));
    for (const [i, { quantiles, sigma }] of golden.entries()) {
      const answer = answers[i]!; // one for each row
      const actual = [...answer.quantiles.flatMap((row) => [...row]), ...answer.sigma];
      const expected = [...quantiles.flat(), ...sigma];
      const at = expected.findIndex((value, k) => !isClose(actual[k], value));
      if (at < 0) continue;
      throw this.#broken(`golden row ${i} gives ${actual[at]} where the manifest says ${expected[at]}`);
    }
  }

  #broken(what: string): AppError {
    return unusable(this.manifest, `${what}; restore model.onnx and manifest.json from one source`);
  }
}

/** Outputs are taken by their names, inputs computed by theirs: both must be known before the graph is asked. */
function requireComputable(manifest: ModelManifest): void {
  try {
    requireKnownInputs(manifest);
  } catch (error) {
    throw unusable(manifest, (error as Error).message);
  }
  const names = manifest.outputs.map(({ name }) => name).join(', ');
  if (names !== 'quantiles, sigma') {
    throw unusable(manifest, `its outputs are ${names}; they must be quantiles, sigma`);
  }
}

function unusable({ name, version }: ModelManifest, why: string): AppError {
  return new AppError('caller', 'config.invalid', `the model ${name}@${version} cannot be used: ${why}`);
}

function isClose(actual: number | undefined, expected: number): boolean {
  if (actual === undefined) return false;
  return Math.abs(actual - expected) <= GOLDEN_TOLERANCE * Math.max(Math.abs(actual), Math.abs(expected));
}
