import { AppError } from '@btcforecast/platform';
import { stackHarInputs, type HarInputs, type ModelManifest } from '@btcforecast/training';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkDigest, type ModelFiles } from './model-files.js';

/** Relative; what a manifest promises of its golden rows on any runtime. */
const GOLDEN_TOLERANCE = 1e-9;

/** What the graph says for one origin. */
export interface ModelAnswer {
  /** Log-return quantiles as the graph gave them, shape [H][L]; not yet sorted. */
  readonly quantiles: readonly Float64Array[];
  /** Standard deviation of the log return, shape [H], > 0. */
  readonly sigma: Float64Array;
}

/**
 * A model in memory: one onnxruntime session that has proved itself on the manifest's golden rows.
 *
 * It runs on the calling thread, since a run costs less than handing it to another thread would; the arena is off,
 * since it would keep the memory of the largest batch for ever.
 */
export class OnnxModel {
  private constructor(
    readonly manifest: ModelManifest,
    private readonly session: InferenceSession,
  ) {}

  /**
   * @throws AppError caller config.invalid when digest, inputs, outputs or golden answers differ from the manifest
   */
  static async load(files: ModelFiles): Promise<OnnxModel> {
    const { manifest, onnx } = files;
    checkDigest(files);
    const session = await InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      enableCpuMemArena: false,
      enableMemPattern: false,
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
  async predict(inputs: readonly Omit<HarInputs, 'origin'>[]): Promise<ModelAnswer[]> {
    if (inputs.length === 0) return [];
    const stacked = stackHarInputs(inputs.map((row) => ({ ...row, origin: 0 })));
    const columns = [stacked.features, stacked.seasonScale, stacked.referenceQuantiles];
    const feeds = Object.fromEntries(
      this.manifest.inputs.map(({ name, shape }, i) => {
        const dims = shape.map((size) => (size === 'N' ? stacked.rows : size));
        return [name, new Tensor('float64', columns[i]!, dims)];
      }),
    );
    const results = await this.session.run(feeds);
    const [quantiles, sigma] = this.manifest.outputs.map(({ name }) => results[name]!.data as Float64Array);
    return inputs.map((_, row) => this.#answer(row, quantiles!, sigma!));
  }

  /** Gives the session's memory back; the model answers no more. */
  release(): Promise<void> {
    return this.session.release();
  }

  #answer(row: number, quantiles: Float64Array, sigma: Float64Array): ModelAnswer {
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
    const answers = await this.predict(
      golden.map(({ features, seasonScale, referenceQuantiles }) => ({
        features: Float64Array.from(features),
        seasonScale: Float64Array.from(seasonScale),
        referenceQuantiles: Float64Array.from(referenceQuantiles.flat()),
      })),
    );
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
    return new AppError(
      'caller',
      'config.invalid',
      `the model ${this.reference} cannot be used: ${what}; restore model.onnx and manifest.json from one source`,
    );
  }
}

function isClose(actual: number | undefined, expected: number): boolean {
  if (actual === undefined) return false;
  return Math.abs(actual - expected) <= GOLDEN_TOLERANCE * Math.max(Math.abs(actual), Math.abs(expected));
}
