import type { RawAnswer } from '@btcforecast/forecasting';
import type { ModelStatus } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { goldenInputs, type ModelInputs, type ModelManifest } from '@btcforecast/training';
import { batchCheck, crossings, finiteCheck, goldenCheck, orderCheck } from './answer-rules.js';
import { check, type EvaluationCheck } from './evaluation-check.js';
import { readGraph, type ReadGraph } from './graph-reader.js';
import { graphChecks, operatorCounts } from './graph-rules.js';
import { IsolatedSession, SessionFailure, type SessionFailureKind } from './isolated-session.js';
import { digestCheck, readManifest } from './manifest-rules.js';
import { answersOf, feedsOf } from './model-tensors.js';
import { plausibleRows } from './plausible-rows.js';
import { TECHNICAL_POLICY, type TechnicalPolicy } from './technical-policy.js';

/** What is to be looked at; the manifest is whatever somebody sent. */
export interface ModelUnderCheck {
  readonly name: string;
  readonly family: string;
  readonly status: ModelStatus;
  readonly onnx: Uint8Array;
  readonly manifest: unknown;
}

export interface TechnicalReport {
  readonly verdict: 'passed' | 'refused';
  /** All that was checked; what would have needed an answer to a failed one was not. */
  readonly checks: readonly EvaluationCheck[];
  /** Numbers behind the verdict. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** null when it cannot be used. */
  readonly manifest: ModelManifest | null;
}

const TIMED_RUNS = 5;
/** Every so many plausible rows one is also asked alone. */
const ALONE_EVERY = 4;

export interface TechnicalCheckOptions {
  readonly policy?: TechnicalPolicy;
  /** Told of each verdict. */
  readonly onVerdict?: (verdict: TechnicalReport['verdict']) => void;
  /** Another program than the usual one for the process that runs the graph. */
  readonly program?: URL;
}

/**
 * Whether a model is one at all: says what it is, does what it says, harms nobody. Says nothing of its skill.
 *
 * First the files are looked at without running anything; then the graph is loaded and run in a process of its own with
 * limits of memory and time, on its golden rows and on rows that the live code makes of made-up markets.
 */
export class TechnicalCheck {
  #last: Promise<unknown> = Promise.resolve();
  readonly #policy: TechnicalPolicy;

  constructor(private readonly options: TechnicalCheckOptions = {}) {
    this.#policy = options.policy ?? TECHNICAL_POLICY;
  }

  /**
   * One model at a time, since times are measured.
   *
   * @throws AppError transient service.not_ready when the process for the graph does not come up, which is no fault of
   *   the model
   */
  async examine(model: ModelUnderCheck): Promise<TechnicalReport> {
    const report = this.#last.then(() => this.#examine(model));
    this.#last = report.catch(() => undefined); // whoever asked hears of it
    const { verdict } = await report;
    this.options.onVerdict?.(verdict);
    return report;
  }

  async #examine(model: ModelUnderCheck): Promise<TechnicalReport> {
    const still = this.#look(model);
    if (!still.manifest || !still.checks.every(({ passed }) => passed))
      return { ...still, verdict: 'refused' };
    const moving = await this.#tryOut(model.onnx, still.manifest);
    const checks = [...still.checks, ...moving.checks];
    return {
      verdict: checks.every(({ passed }) => passed) ? 'passed' : 'refused',
      checks,
      evidence: { ...still.evidence, ...moving.evidence },
      manifest: still.manifest,
    };
  }

  #look(model: ModelUnderCheck): Omit<TechnicalReport, 'verdict'> {
    const { onnx } = model;
    const { maxBytes } = this.#policy;
    const evidence = { bytes: onnx.length };
    const size = check('size', onnx.length <= maxBytes, `${onnx.length} of at most ${maxBytes} bytes`);
    const { manifest, check: described } = readManifest(model, this.#policy);
    const checks = [size, described];
    if (!size.passed || !manifest) return { checks, evidence, manifest };
    checks.push(digestCheck(onnx, manifest.onnx));
    const graph = readOrReason(onnx);
    if (typeof graph === 'string')
      return { checks: [...checks, check('graph', false, graph)], evidence, manifest };
    return {
      checks: [...checks, check('graph', true, 'plain'), ...graphChecks(graph, manifest, this.#policy)],
      evidence: { ...evidence, operators: operatorCounts(graph) },
      manifest,
    };
  }

  async #tryOut(
    onnx: Uint8Array,
    manifest: ModelManifest,
  ): Promise<Pick<TechnicalReport, 'checks' | 'evidence'>> {
    let session: IsolatedSession | undefined;
    try {
      const plausible = await plausibleRows(manifest);
      session = await IsolatedSession.open(onnx, this.#policy, this.options.program);
      const trial = new Trial(session, manifest, this.#policy);
      const found = await trial.run(manifest.golden.map(goldenInputs), plausible);
      const peakBytes = await session.peakMemory();
      const { memoryBytes } = this.#policy;
      const memory = check(
        'memory',
        peakBytes === null || peakBytes <= memoryBytes,
        `${peakBytes ?? 'an unknown number'} of at most ${memoryBytes} bytes`,
      );
      return {
        checks: [check('loads', true, 'in a process of its own'), ...found.checks, memory],
        evidence: { ...found.evidence, peakBytes },
      };
    } catch (error) {
      return { checks: [failureOf(error, session)], evidence: {} };
    } finally {
      session?.close();
    }
  }
}

/** The runs of one graph in its process. */
class Trial {
  constructor(
    private readonly session: IsolatedSession,
    private readonly manifest: ModelManifest,
    private readonly policy: TechnicalPolicy,
  ) {}

  async run(
    golden: readonly ModelInputs[],
    plausible: readonly ModelInputs[],
  ): Promise<Pick<TechnicalReport, 'checks' | 'evidence'>> {
    const onGolden = await this.#answers(golden);
    const batch = Array.from({ length: this.policy.batchRows }, (_, i) => plausible[i % plausible.length]!);
    const together = await this.#answers(batch);
    const each = together.slice(0, plausible.length);
    const alone = new Map<number, RawAnswer>();
    for (let i = 0; i < plausible.length; i += ALONE_EVERY) {
      alone.set(i, (await this.#answers([plausible[i]!]))[0]!); // one for each row
    }
    const rowMs = await this.#fastest(plausible.slice(0, 1));
    const batchMs = await this.#fastest(batch);
    return {
      checks: [
        goldenCheck(this.manifest.golden, onGolden),
        finiteCheck([...onGolden, ...each]),
        orderCheck(onGolden, each, this.policy.maxCrossingShare),
        batchCheck(together, alone),
        this.#runtime(rowMs, batchMs),
      ],
      evidence: { rowMs, batchMs, batchRows: batch.length, rows: each.length, crossings: crossings(each) },
    };
  }

  async #answers(rows: readonly ModelInputs[]): Promise<RawAnswer[]> {
    const { outputs } = await this.session.run(feedsOf(this.manifest, rows));
    return answersOf(this.manifest, rows.length, outputs);
  }

  async #fastest(rows: readonly ModelInputs[]): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < TIMED_RUNS; i++) {
      times.push((await this.session.run(feedsOf(this.manifest, rows))).milliseconds);
    }
    return Math.min(...times);
  }

  #runtime(rowMs: number, batchMs: number): EvaluationCheck {
    const { maxRowMs, maxBatchMs, batchRows } = this.policy;
    return check(
      'runtime',
      rowMs <= maxRowMs && batchMs <= maxBatchMs,
      `${rowMs.toFixed(3)} of at most ${maxRowMs} ms for one row, ${batchMs.toFixed(3)} of at most ${maxBatchMs} ms ` +
        `for ${batchRows}`,
    );
  }
}

const FAILED_CHECKS: Readonly<Record<Exclude<SessionFailureKind, 'start'>, string>> = {
  time: 'runtime',
  memory: 'memory',
  crash: 'survives',
  runtime: 'runs',
};

/** A failed trial by the name of the check that it failed. Anything but the graph's own doing is passed on. */
function failureOf(error: unknown, session: IsolatedSession | undefined): EvaluationCheck {
  const stage = session ? 'while it ran' : 'while it was loaded';
  if (error instanceof SessionFailure && error.kind === 'start') {
    const text = `the process that checks models does not come up: ${error.message}; try again later`;
    throw new AppError('transient', 'service.not_ready', text, {}, { cause: error });
  }
  if (error instanceof SessionFailure) {
    const name = error.kind === 'runtime' && !session ? 'loads' : FAILED_CHECKS[error.kind as 'runtime'];
    return check(name, false, `${stage}: ${error.message}`);
  }
  if (error instanceof RangeError) return check('shapes', false, error.message);
  throw error;
}

function readOrReason(onnx: Uint8Array): ReadGraph | string {
  try {
    return readGraph(onnx);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
