import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { attribute, DOUBLE, doubles, node, onnxFile, type OnnxFile } from '../../test/onnx-file.js';
import {
  INPUTS,
  OUTPUTS,
  SOUND_NODES,
  userModel,
  withManifest,
  type UserModel,
} from '../../test/user-model.js';
import { TechnicalCheck } from './technical-check.js';

const technical = new TechnicalCheck();
const [copyQuantiles, copySigma] = SOUND_NODES as [object, object];
const uploaded = (model: UserModel) => technical.examine({ ...model, family: 'user', status: 'uploaded' });
const examine = (file: Partial<OnnxFile>) => uploaded(userModel(file));
/** Its failed checks by name, and what they say. */
async function refusalOf(report: ReturnType<typeof examine>): Promise<Record<string, string>> {
  const { verdict, checks } = await report;
  expect(verdict).toBe('refused');
  return Object.fromEntries(checks.filter(({ passed }) => !passed).map(({ name, detail }) => [name, detail]));
}

describe('TechnicalCheck refuses without running it', () => {
  it('a graph of 50 MB', async () => {
    const weights = randomBytes(50 * 1024 * 1024);
    const tensor = { name: 'w', dims: [weights.length / 8], data_type: DOUBLE, raw_data: weights };
    expect(await refusalOf(examine({ initializers: [tensor] }))).toEqual({
      size: expect.stringMatching(/^52\d{6} of at most 1048576 bytes/),
    });
  });

  it('a graph that is not the one of its manifest', async () => {
    const model = userModel();
    const onnx = Uint8Array.from(model.onnx);
    onnx[onnx.length - 1]! ^= 1;
    expect(await refusalOf(uploaded({ ...model, onnx }))).toMatchObject({
      digest: expect.stringContaining(model.manifest.onnx.sha256),
    });
  });

  it.each<[string, string, RegExp, Partial<OnnxFile>]>([
    [
      'a custom operator',
      'operators',
      /com\.microsoft\.Gelu.*no custom operators/,
      { nodes: [{ ...copyQuantiles, op_type: 'Gelu', domain: 'com.microsoft' }, copySigma] },
    ],
    [
      'a set of operators of its own',
      'versions',
      /com\.example 1/,
      {
        opsets: [
          { domain: '', version: 17 },
          { domain: 'com.example', version: 1 },
        ],
      },
    ],
    ['functions of its own', 'graph', /functions of its own/, { functions: [{ name: 'f', node: [] }] }],
    [
      'random numbers',
      'operators',
      /RandomNormalLike/,
      { nodes: [copyQuantiles, node('RandomNormalLike', ['season_scale'], 'sigma')] },
    ],
    ['a future format', 'versions', /format 99/, { irVersion: 99 }],
    ['a future set of operators', 'versions', /ai\.onnx 99/, { opsets: [{ domain: '', version: 99 }] }],
    ['data in another file', 'graph', /external data/, { initializers: [external()] }],
    [
      'a tensor that claims more than it holds',
      'tensors',
      /shape \[1000000000\] and 1 elements/,
      { initializers: [doubles('w', [1e9], [1])] },
    ],
    [
      'an input that is not the manifest’s',
      'inputs',
      /the manifest says/,
      { inputs: { ...INPUTS, extra: ['N'] } },
    ],
    [
      'an output of another shape',
      'outputs',
      /quantiles: double\[N, 7, 4\]/,
      { outputs: { ...OUTPUTS, quantiles: ['N', 7, 4] } },
    ],
    [
      'too many nodes',
      'operators',
      /2003 of at most 2000/,
      {
        nodes: [
          ...Array.from({ length: 2_001 }, (_, i) => node('Neg', ['season_scale'], `n${i}`)),
          ...SOUND_NODES,
        ],
      },
    ],
  ])('%s', async (_what, name, detail, file) => {
    expect(await refusalOf(examine(file))).toMatchObject({ [name]: expect.stringMatching(detail) });
  });

  it.each(['If', 'Loop', 'Scan'])('control flow: %s', async (op) => {
    const body = { name: 'body', node: SOUND_NODES };
    const nodes = [...SOUND_NODES, node(op, ['season_scale'], 'x', attribute.graph('body', body))];
    expect(await refusalOf(examine({ nodes }))).toEqual({
      graph: 'it holds a subgraph (control flow)',
    });
  });

  it('a field that readers take differently, and bytes that are no graph', async () => {
    const twice = onnxFile({ nodes: SOUND_NODES, inputs: INPUTS, outputs: OUTPUTS });
    const both = Uint8Array.from([...twice, ...twice]);
    expect(await refusalOf(uploaded(withManifest(both)))).toEqual({
      graph: 'it holds ModelProto.ir_version twice',
    });
    for (const bytes of [randomBytes(3_000), new Uint8Array(0), Buffer.from('PK')]) {
      expect(await refusalOf(uploaded(withManifest(bytes)))).toEqual({
        [bytes.length === 0 ? 'manifest' : 'graph']: expect.any(String),
      });
    }
  });

  it.each<[string, RegExp, (manifest: UserModel['manifest']) => object]>([
    ['of another name', /manifest of theirs/, () => ({ name: 'theirs' })],
    ['that breaks its schema', /levels/, () => ({ levels: 'all' })],
    ['that claims to be trained here', /breaks its schema|family/, () => ({ family: 'har_abs_emp' })],
    ['with other horizons', /must be 1, 4, 24, 168 h/, () => ({ horizonsHours: [1, 4, 24, 48] })],
    ['that wants to read for ever', /at most 26280/, () => ({ windowSlots: 1e9 })],
    [
      'with an input nobody computes',
      /"tomorrow"/,
      (m) => ({ inputs: [{ ...m.inputs[0], name: 'tomorrow' }] }),
    ],
    [
      'with golden rows of another shape',
      /golden row 0/,
      (m) => ({ golden: m.golden.map((g) => ({ ...g, sigma: [1] })) }),
    ],
    ['that is endless', /characters/, () => ({ instruments: Array(3e5).fill('BTC-USD') })],
  ])('a manifest %s', async (_what, detail, change) => {
    const model = userModel();
    const manifest = { ...model.manifest, ...change(model.manifest) } as UserModel['manifest'];
    expect(await refusalOf(uploaded({ ...model, manifest }))).toEqual({
      manifest: expect.stringMatching(detail),
    });
  });
});

/** A tensor whose numbers lie in a file of the host. */
function external() {
  const { raw_data: _, ...tensor } = doubles('w', [1], [1]);
  return { ...tensor, data_location: 1, external_data: [{ key: 'location', value: '../../etc/passwd' }] };
}
