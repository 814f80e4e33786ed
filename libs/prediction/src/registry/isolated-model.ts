import type { LoadedModel, RawAnswer } from '@btcforecast/forecasting';
import { AppError, Clock } from '@btcforecast/platform';
import { goldenInputs, type ModelInputs, type ModelManifest } from '@btcforecast/training';
import type { GraphModel } from '../inference/graph-model.js';
import { checkDigest, type ModelFiles } from '../models/model-files.js';
import { goldenCheck } from './answer-rules.js';
import { IsolatedSession, SessionFailure, type SessionLimits, type TensorData } from './isolated-session.js';
import { answersOf, checkedOutputs, feedsOf } from './model-tensors.js';
import { TECHNICAL_POLICY } from './technical-policy.js';

export interface IsolatedModelOptions {
  readonly limits?: SessionLimits;
  /** Told when a process that was lost is replaced, with why it was lost. */
  readonly onRestart?: (reason: string) => void;
  /** For the pauses between restarts. */
  readonly clock?: Clock;
  /** Another program than the usual one. */
  readonly program?: URL;
}

const SERVING_LIMITS: SessionLimits = {
  memoryBytes: TECHNICAL_POLICY.memoryBytes,
  callMs: TECHNICAL_POLICY.callMs,
};
/** After the first loss the next call starts anew at once; after more of them in a row calls fail for a while. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Calls that wait for one process; more fail at once. */
const MAX_WAITING = 64;

/**
 * A model that is not trusted, served from a process of its own. When that dies, runs too long or takes too much
 * memory, the call that did it fails and nothing else does; the next one starts it anew, proves it on its golden rows
 * again, and after repeated losses is made to wait.
 */
export class IsolatedModel implements LoadedModel, GraphModel {
  readonly #limits: SessionLimits;
  readonly #clock: Clock;
  #session: IsolatedSession | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #losses = 0;
  #lastLoss = '';
  #notBefore = -Infinity;
  #isReleased = false;

  private constructor(
    private readonly files: ModelFiles,
    private readonly options: IsolatedModelOptions,
  ) {
    this.#limits = options.limits ?? SERVING_LIMITS;
    this.#clock = options.clock ?? new Clock();
  }

  /**
   * @throws AppError caller config.invalid when digest or golden answers are not those of the manifest; transient
   *   forecast.model_not_ready when its process did not come up
   */
  static async open(files: ModelFiles, options: IsolatedModelOptions = {}): Promise<IsolatedModel> {
    checkDigest(files);
    const model = new IsolatedModel(files, options);
    try {
      model.#session = await model.#start();
      return model;
    } catch (error) {
      throw error instanceof SessionFailure ? model.#unready(error.message, error) : error;
    }
  }

  get manifest(): ModelManifest {
    return this.files.manifest;
  }

  /** Its process; undefined between a loss and the next call. */
  get pid(): number | undefined {
    return this.#session?.pid;
  }

  /** Whether its process is there; if not, the next call starts another. */
  get isUp(): boolean {
    return this.#session?.isAlive ?? false;
  }

  /** @throws AppError transient forecast.model_not_ready when its process failed, is to rest, or has too much to do */
  predict(inputs: readonly Pick<ModelInputs, 'blocks'>[]): Promise<RawAnswer[]> {
    if (inputs.length === 0) return Promise.resolve([]);
    return this.#inTurn(feedsOf(this.manifest, inputs), (outputs) =>
      answersOf(this.manifest, inputs.length, outputs),
    );
  }

  /** One run of the graph as it is; the outputs in the order of the manifest. @throws as {@link predict} */
  run(feeds: readonly TensorData[]): Promise<TensorData[]> {
    const rows = feeds[0]?.dims[0] ?? 0;
    return this.#inTurn(feeds, (outputs) => checkedOutputs(this.manifest, rows, outputs));
  }

  #inTurn<T>(feeds: readonly TensorData[], read: (outputs: readonly TensorData[]) => T): Promise<T> {
    if (this.#waiting >= MAX_WAITING) return Promise.reject(this.#unready('it has too much to do'));
    this.#waiting += 1;
    const answer = this.#queue.then(() => this.#ask(feeds, read)).finally(() => (this.#waiting -= 1));
    this.#queue = answer.catch(() => undefined); // whoever asked hears of it
    return answer;
  }

  /** Ends its process at once; calls that wait fail. */
  release(): Promise<void> {
    this.#isReleased = true;
    this.#session?.close();
    this.#session = undefined;
    return Promise.resolve();
  }

  async #ask<T>(feeds: readonly TensorData[], read: (outputs: readonly TensorData[]) => T): Promise<T> {
    try {
      const session = await this.#living();
      const { outputs } = await session.run(feeds);
      const answers = read(outputs);
      this.#losses = 0;
      return answers;
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof SessionFailure && error.kind !== 'runtime') this.#lost(error);
      throw this.#unready((error as Error).message, error);
    }
  }

  async #living(): Promise<IsolatedSession> {
    if (this.#isReleased) throw this.#unready('it was released');
    if (this.#session && !this.#session.isAlive)
      this.#lost(new SessionFailure('crash', 'it ended between calls'));
    if (this.#session) return this.#session;
    if (this.#clock.now() < this.#notBefore) throw this.#unready(`it is to rest: ${this.#lastLoss}`);
    this.options.onRestart?.(this.#lastLoss);
    const session = await this.#start();
    if (this.#isReleased) session.close();
    else this.#session = session;
    return session;
  }

  async #start(): Promise<IsolatedSession> {
    const { manifest, onnx } = this.files;
    const session = await IsolatedSession.open(onnx, this.#limits, this.options.program);
    try {
      const { outputs } = await session.run(feedsOf(manifest, manifest.golden.map(goldenInputs)));
      const golden = goldenCheck(manifest.golden, answersOf(manifest, manifest.golden.length, outputs));
      if (!golden.passed) throw this.#broken(golden.detail);
      return session;
    } catch (error) {
      session.close();
      throw error instanceof RangeError ? this.#broken(error.message) : error;
    }
  }

  #lost({ message }: SessionFailure): void {
    this.#session = undefined;
    this.#lastLoss = message;
    this.#losses += 1;
    if (this.#losses < 2) return;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.#losses - 2), LONGEST_PAUSE_MS);
    this.#notBefore = this.#clock.now() + pause;
  }

  #unready(why: string, cause?: unknown): AppError {
    const text = `${this.#reference} runs in a process of its own and does not answer: ${why}; try again later`;
    return new AppError('transient', 'forecast.model_not_ready', text, {}, { cause });
  }

  #broken(why: string): AppError {
    return new AppError('caller', 'config.invalid', `the model ${this.#reference} cannot be used: ${why}`);
  }

  get #reference(): string {
    return `${this.manifest.name}@${this.manifest.version}`;
  }
}
