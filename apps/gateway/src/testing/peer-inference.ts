import {
  type InferenceAnswer,
  type InferenceCall,
  type InferenceModel,
  inferenceRpc,
} from '@btcforecast/contracts';
import { AppError, Rpc } from '@btcforecast/platform';
import { Controller, Inject } from '@nestjs/common';
import { OPERATION_EXAMPLES } from '../docs/examples.js';
import { PeerState } from './peer-state.js';

const TENSORS = {
  inputs: [
    { name: 'features', shape: ['N' as const, 3] },
    { name: 'hour_of_day', shape: ['N' as const] },
  ],
  outputs: [
    { name: 'quantiles', shape: ['N' as const, 2] },
    { name: 'sigma', shape: ['N' as const] },
  ],
};
const READY = { champion: false, state: 'ready' as const, reason: '', ...TENSORS };

/** What the peer has: a champion, an older version of it, and one that is not loaded. */
/** The first of them, as the protocol shows it. */
export const HAR_METADATA = {
  name: 'har',
  versions: ['2', '1'],
  platform: 'onnx_onnxv1',
  inputs: [
    { name: 'features', datatype: 'FP64', shape: [-1, 3] },
    { name: 'hour_of_day', datatype: 'FP64', shape: [-1] },
  ],
  outputs: [
    { name: 'quantiles', datatype: 'FP64', shape: [-1, 2] },
    { name: 'sigma', datatype: 'FP64', shape: [-1] },
  ],
};

export const PEER_MODELS: readonly InferenceModel[] = [
  { ...READY, name: 'har', version: 2, status: 'shipped', champion: true },
  { ...READY, name: 'base', version: 1, status: 'shipped' },
  { ...READY, name: 'garch_t', version: 1, status: 'shipped', state: 'unavailable', reason: 'not loaded' },
  { ...READY, name: 'har', version: 1, status: 'shipped' },
];

/** Answers each row with the sum of its features and its hour, and its first feature as sigma. */
@Controller()
export class PeerInference {
  constructor(@Inject(PeerState) private readonly state: PeerState) {}

  @Rpc(inferenceRpc.models)
  async models({ name }: { name: string | null }) {
    await this.state.enter({ name });
    return {
      models: PEER_MODELS.filter((model) => name === null || model.name === name),
      ready: this.state.isReady,
    };
  }

  @Rpc(inferenceRpc.infer)
  async infer(body: { calls: InferenceCall[]; data: string }) {
    await this.state.enter(body);
    this.state.inferMessages.push(body.calls.length);
    const bytes = Buffer.from(body.data, 'base64');
    const given = new Float64Array(bytes.length / 8).map((_, i) => bytes.readDoubleLE(i * 8));
    const outputs: number[] = [];
    let at = 0;
    const answers = body.calls.map((call) => {
      const size = call.inputs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
      const own = given.slice(at, (at += size));
      return answer(call, own, outputs);
    });
    return { answers, data: Buffer.from(Float64Array.from(outputs).buffer).toString('base64') };
  }

  @Rpc(inferenceRpc.statistics)
  async statistics(body: { name: string | null; version: number | null }) {
    await this.state.enter(body);
    return OPERATION_EXAMPLES['GET /v2/models/stats'] as never;
  }

  @Rpc(inferenceRpc.load)
  async load(body: { name: string; version: number | null }) {
    await this.state.enter(body);
    const found = PEER_MODELS.find(({ name }) => name === body.name);
    if (!found) throw new AppError('caller', 'model.not_found', 'there is no model of this name');
    return { name: body.name, versions: [body.version ?? found.version] };
  }

  @Rpc(inferenceRpc.unload)
  async unload(body: { name: string; version: number | null }) {
    await this.state.enter(body);
    if (body.name === 'har')
      throw new AppError('caller', 'model.conflict', 'har@2 is champion and stays loaded');
    return { name: body.name, versions: [1] };
  }
}

function answer(call: InferenceCall, numbers: Float64Array, into: number[]): InferenceAnswer {
  const model = PEER_MODELS.find(
    ({ name, version }) => name === call.model && (call.version ?? version) === version,
  );
  if (!model)
    return { ok: false, kind: 'caller', code: 'model.not_found', message: 'there is no such model' };
  const [rows = 0] = call.inputs[0]!.shape;
  if (model.state !== 'ready' || call.inputs.length !== 2 || numbers.length !== rows * 4) {
    return { ok: false, kind: 'caller', code: 'inference.invalid', message: 'the inputs do not fit' };
  }
  const wanted = call.outputs ?? ['quantiles', 'sigma'];
  for (const output of wanted) {
    for (let row = 0; row < rows; row += 1) {
      const [a, b, c] = numbers.subarray(row * 3, row * 3 + 3) as unknown as [number, number, number];
      into.push(...(output === 'sigma' ? [a] : [a + b + c, numbers[rows * 3 + row]!]));
    }
  }
  const outputs = wanted.map((name) => ({ name, shape: name === 'sigma' ? [rows] : [rows, 2] }));
  return { ok: true, model: model.name, version: model.version, outputs };
}
