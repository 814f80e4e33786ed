import { createHash } from 'node:crypto';
import {
  describeIssues,
  HORIZON_HOURS,
  HORIZONS,
  issueWords,
  QUANTILE_LEVELS,
  type ModelStatus,
} from '@btcforecast/contracts';
import { goldenInputs, ModelManifest, outputTensors, requireKnownInputs } from '@btcforecast/training';
import { check, type EvaluationCheck } from './evaluation-check.js';
import type { TechnicalPolicy } from './technical-policy.js';

const HOURS = HORIZONS.map((horizon) => HORIZON_HOURS[horizon]);

/** What whoever brings a model says of it. */
interface Stated {
  readonly name: string;
  readonly family: string;
  readonly status: ModelStatus;
}

export interface ManifestFinding {
  readonly check: EvaluationCheck;
  /** null when it cannot be used. */
  readonly manifest: ModelManifest | null;
}

/** Reads a manifest that anybody may have written, and says whether this program can compute what it asks for. */
export function readManifest(
  candidate: Stated & { readonly manifest: unknown },
  policy: TechnicalPolicy,
): ManifestFinding {
  const refused = (why: string): ManifestFinding => ({
    check: check('manifest', false, why),
    manifest: null,
  });
  const { length } = JSON.stringify(candidate.manifest) ?? '';
  if (length > policy.maxManifestLength) {
    return refused(`it has ${length} characters; at most ${policy.maxManifestLength} are accepted`);
  }
  const parsed = ModelManifest.safeParse(candidate.manifest, { error: issueWords });
  if (!parsed.success)
    return refused(`it breaks its schema: ${describeIssues(parsed.error).slice(0, 1_000)}`);
  const problem = problemOf(parsed.data, candidate, policy);
  if (problem) return refused(problem);
  const { family, windowSlots, golden } = parsed.data;
  const found = `family ${family}, ${windowSlots} slots, ${golden.length} golden rows`;
  return { check: check('manifest', true, found), manifest: parsed.data };
}

/** The graph is the one that the manifest speaks of. */
export function digestCheck(onnx: Uint8Array, stated: ModelManifest['onnx']): EvaluationCheck {
  const sha256 = createHash('sha256').update(onnx).digest('hex');
  const passed = sha256 === stated.sha256 && onnx.length === stated.bytes;
  return check(
    'digest',
    passed,
    passed
      ? `SHA-256 ${sha256}`
      : `the graph has ${onnx.length} bytes and the SHA-256 ${sha256}; the manifest says ${stated.bytes} and ${stated.sha256}`,
  );
}

function problemOf(
  manifest: ModelManifest,
  { name, family, status }: Stated,
  policy: TechnicalPolicy,
): string | null {
  if (manifest.name !== name) return `it is the manifest of ${manifest.name}, not of ${name}`;
  if (manifest.family !== family) return `its family is ${manifest.family}, not ${family}`;
  if ((family === 'user') !== (status === 'uploaded')) {
    return `a model of the family ${family} does not come in as ${status}; what users bring is of the family user`;
  }
  if (manifest.windowSlots > policy.maxWindowSlots) {
    return `it wants ${manifest.windowSlots} slots; at most ${policy.maxWindowSlots} are read`;
  }
  if (manifest.golden.length > policy.maxGoldenRows) {
    return `it has ${manifest.golden.length} golden rows; at most ${policy.maxGoldenRows} are accepted`;
  }
  return servedProblem(manifest) ?? inputsProblem(manifest) ?? goldenProblem(manifest);
}

/** Whoever is promoted must answer what its predecessor answered. */
function servedProblem({ horizonsHours, levels, correction }: ModelManifest): string | null {
  if (horizonsHours.join() !== HOURS.join()) {
    return `its horizons are ${horizonsHours.join(', ')} h; they must be ${HOURS.join(', ')} h`;
  }
  if (levels.join() !== QUANTILE_LEVELS.join()) {
    return `its levels are ${levels.join(', ')}; they must be ${QUANTILE_LEVELS.join(', ')}`;
  }
  if (correction && correction.weights.length !== horizonsHours.length) {
    return `its correction has ${correction.weights.length} weights for ${horizonsHours.length} horizons`;
  }
  return null;
}

function inputsProblem(manifest: ModelManifest): string | null {
  try {
    requireKnownInputs(manifest);
  } catch (error) {
    return (error as Error).message;
  }
  const shown = (tensors: ModelManifest['outputs']) =>
    tensors.map(({ name, shape }) => `${name}[${shape.join(', ')}]`).join('; ');
  const wanted = shown(outputTensors(manifest));
  return shown(manifest.outputs) === wanted
    ? null
    : `its outputs are ${shown(manifest.outputs)}; they must be ${wanted}`;
}

function goldenProblem({ golden, inputs, horizonsHours, levels }: ModelManifest): string | null {
  const sizes = inputs.map(({ name, shape }) => [name, elementsOf(shape)] as const);
  const fits = (row: ModelManifest['golden'][number]): boolean => {
    const { blocks } = goldenInputs(row);
    return (
      Object.keys(blocks).length === sizes.length &&
      sizes.every(([name, size]) => blocks[name]?.length === size) &&
      row.sigma.length === horizonsHours.length &&
      row.quantiles.length === horizonsHours.length &&
      row.quantiles.every((quantiles) => quantiles.length === levels.length)
    );
  };
  const at = golden.findIndex((row) => !fits(row));
  return at < 0 ? null : `golden row ${at} does not have one row of each input and output`;
}

function elementsOf(shape: readonly (number | 'N')[]): number {
  return shape.reduce<number>((product, size) => (size === 'N' ? product : product * size), 1);
}
