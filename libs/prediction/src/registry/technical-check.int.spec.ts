import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import { attribute, DOUBLE, doubles, integers, node, type OnnxFile } from '../../test/onnx-file.js';
import { SOUND_NODES, userModel, type UserModel } from '../../test/user-model.js';
import { parseModelReference, readModelFiles } from '../models/model-files.js';
import { TechnicalCheck } from './technical-check.js';
import { TECHNICAL_POLICY } from './technical-policy.js';

const FROM_USER = { family: 'user', status: 'uploaded' } as const;
const shippedModels = join(repositoryRoot, 'models');
const technical = new TechnicalCheck();
const [copyQuantiles, copySigma] = SOUND_NODES as [object, object];
const uploaded = (model: UserModel) => technical.examine({ ...model, ...FROM_USER });
const examine = (file: Partial<OnnxFile>) => uploaded(userModel(file));
/** Its failed checks by name, and what they say. */
async function refusalOf(report: ReturnType<typeof examine>): Promise<Record<string, string>> {
  const { verdict, checks } = await report;
  expect(verdict).toBe('refused');
  return Object.fromEntries(checks.filter(({ passed }) => !passed).map(({ name, detail }) => [name, detail]));
}

describe('TechnicalCheck', () => {
  it('passes a sound model of a user, and says what was checked', async () => {
    const { verdict, checks, evidence } = await examine({});
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(verdict).toBe('passed');
    expect(checks.map(({ name }) => name)).toEqual([
      ...['size', 'manifest', 'digest', 'graph', 'versions', 'operators', 'tensors', 'inputs', 'outputs'],
      ...['loads', 'golden_answers', 'finite', 'quantile_order', 'batch_invariance', 'runtime', 'memory'],
    ]);
    expect(evidence).toMatchObject({ operators: { Identity: 2 }, crossings: 0, rows: 48, batchRows: 256 });
    expect(evidence['peakBytes']).toBeGreaterThan(2 ** 25);
  });

  it.each(shippedReferences())('passes %s, which is shipped', async (reference) => {
    const { manifest, onnx } = await readModelFiles(shippedModels, parseModelReference(reference));
    const report = await technical.examine({ ...manifest, status: 'shipped', onnx, manifest });
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.verdict).toBe('passed');
  });
});

describe('TechnicalCheck refuses after it ran in a process of its own', () => {
  it('quantiles that cross', async () => {
    const nodes = [node('Neg', ['reference_quantiles'], 'quantiles'), copySigma];
    const { manifest, ...model } = userModel({ nodes });
    const golden = manifest.golden.map((row) => ({
      ...row,
      quantiles: row.quantiles.map((quantiles) => quantiles.map((value) => -value)),
    }));
    expect(await refusalOf(uploaded({ ...model, manifest: { ...manifest, golden } }))).toEqual({
      quantile_order: expect.stringMatching(/cross 12 times on golden rows.* 192 of 192 horizons/),
    });
  });

  it('answers that are no numbers, though its golden rows are', async () => {
    const nodes = [
      node('Sub', ['limit', 'season_scale'], 'room'),
      node('Log', ['room'], 'log'),
      node('Mul', ['log', 'nothing'], 'zero'),
      node('Add', ['season_scale', 'zero'], 'sigma'),
      copyQuantiles,
    ];
    const initializers = [doubles('limit', [], [0.1]), doubles('nothing', [], [0])];
    expect(await refusalOf(examine({ nodes, initializers }))).toMatchObject({
      finite: expect.stringMatching(/no number/),
    });
  });

  it('a sigma that is not positive, and golden rows that do not come out', async () => {
    const nodes = [copyQuantiles, node('Neg', ['season_scale'], 'sigma')];
    expect(await refusalOf(examine({ nodes }))).toEqual({
      golden_answers: expect.stringMatching(/golden row 0 gives -0.004 where the manifest says 0.004/),
      finite: expect.stringMatching(/sigma that is not positive/),
    });
  });

  it('a shape that shows only when it runs', async () => {
    const nodes = [
      node('Shape', ['season_scale'], 'shape'),
      node('ConstantOfShape', ['shape'], 'zeros', attribute.tensor('value', doubles('v', [1], [0]))),
      node('Concat', ['season_scale', 'zeros'], 'sigma', attribute.int('axis', 0)),
      copyQuantiles,
    ];
    expect(await refusalOf(examine({ nodes }))).toEqual({
      shapes: 'the output sigma has the shape [6, 4], not [3, 4]',
    });
  });

  it('bits that depend on the batch', async () => {
    const nodes = [
      node('ReduceSum', ['season_scale', 'axes'], 'sum'),
      node('Mul', ['sum', 'tiny'], 'little'),
      node('Add', ['season_scale', 'little'], 'sigma'),
      copyQuantiles,
    ];
    const initializers = [integers('axes', [1], [0]), doubles('tiny', [], [1e-14])];
    expect(await refusalOf(examine({ nodes, initializers }))).toEqual({
      batch_invariance: expect.stringMatching(/row 0 gives other bits alone than among 256/),
    });
  });

  it('a graph that is slow', async () => {
    expect(await refusalOf(examine(multiplications(500, 10)))).toEqual({
      runtime: expect.stringMatching(/of at most 20 ms for one row/),
    });
  });

  it('a graph that never comes to an end', async () => {
    const hasty = new TechnicalCheck({ policy: { ...TECHNICAL_POLICY, callMs: 1_500 } });
    const endless = { ...userModel(multiplications(1_500, 400)), ...FROM_USER } as const;
    expect(await refusalOf(hasty.examine(endless))).toEqual({
      runtime: expect.stringMatching(/it took longer than 1500 ms/),
    });
  });

  it('a graph that asks for 8 GB', async () => {
    const nodes = [
      node('Expand', ['season_scale', 'huge'], 'expanded'),
      node('ReduceMax', ['expanded'], 'sigma', attribute.ints('axes', [0]), attribute.int('keepdims', 0)),
      copyQuantiles,
    ];
    const initializers = [integers('huge', [3], [250_000_000, 1, 4])];
    expect(await refusalOf(examine({ nodes, initializers }))).toEqual({
      runs: expect.stringMatching(/alloc/i),
    });
  });

  it('a graph that takes more memory than it may', async () => {
    expect(await refusalOf(examine(multiplications(9_000, 0)))).toEqual({
      memory: expect.stringMatching(/more than 536870912/),
    });
  });

  it('a graph that brings the runtime down', async () => {
    const nodes = [
      node('Cast', ['season_scale'], 'whole', attribute.int('to', 7)),
      node('Sub', ['whole', 'whole'], 'zero'),
      node('Sub', ['zero', 'one'], 'minus_one'),
      node('Div', ['lowest', 'minus_one'], 'too_large'),
      node('Cast', ['too_large'], 'number', attribute.int('to', DOUBLE)),
      node('Add', ['season_scale', 'number'], 'sigma'),
      copyQuantiles,
    ];
    const initializers = [integers('one', [1], [1]), integers('lowest', [1], [-(2 ** 63)])];
    expect(await refusalOf(examine({ nodes, initializers }))).toEqual({
      survives: 'while it ran: it was ended by SIGFPE',
    });
  });
});

function shippedReferences(): string[] {
  return readdirSync(shippedModels).flatMap((name) =>
    readdirSync(join(shippedModels, name)).map((version) => `${name}@${version}`),
  );
}

/** Fills a large square matrix and multiplies it; all depends on the input, so nothing can be computed beforehand. */
function multiplications(size: number, times: number): Partial<OnnxFile> {
  const chain = Array.from({ length: times }, (_, i) => node('MatMul', [`m${i}`, 'm0'], `m${i + 1}`));
  return {
    initializers: [integers('square', [2], [size, size]), doubles('nothing', [], [0])],
    nodes: [
      node('ReduceMax', ['season_scale'], 'some', attribute.int('keepdims', 0)),
      node('Expand', ['some', 'square'], 'm0'),
      ...chain,
      node('ReduceMin', [`m${times}`], 'least', attribute.int('keepdims', 0)),
      node('Mul', ['least', 'nothing'], 'zero'),
      node('Add', ['season_scale', 'zero'], 'sigma'),
      copyQuantiles,
    ],
  };
}
