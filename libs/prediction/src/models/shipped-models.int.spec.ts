import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ModelVersionEntity } from '@btcforecast/database';
import { goldenInputs, type ManifestOf } from '@btcforecast/training';
import { shippedModels } from '../../test/forecasting.js';
import { openMarket, type TestMarket } from '../../test/market.js';
import { parseModelReference, readModelFiles } from './model-files.js';
import { ModelEvaluationRepository } from '../registry/model-evaluation.repository.js';
import { ModelVersionRepository } from './model-version.repository.js';
import { OnnxModel } from './onnx-model.js';
import { registerShipped } from './shipped-models.js';

type HarManifest = ManifestOf<'har_abs_emp'>;

let market: TestMarket;
let versions: ModelVersionRepository;
let evaluations: ModelEvaluationRepository;
let folder: string;

const place = (file: string) => join(folder, 'har', '1', file);
const register = (required = ['har@1'], from = folder) => {
  const references = required.map(parseModelReference);
  return registerShipped({ folder: from, required: references, registeredAt: 0 }, versions, evaluations);
};
const rowsOfModels = () => market.dataSource.getRepository(ModelVersionEntity).find();

async function changeManifest(change: (manifest: HarManifest) => void): Promise<void> {
  const manifest = JSON.parse(await readFile(place('manifest.json'), 'utf8')) as HarManifest;
  change(manifest);
  await writeFile(place('manifest.json'), JSON.stringify(manifest));
}

beforeAll(async () => {
  market = await openMarket();
  versions = new ModelVersionRepository(market.dataSource);
  evaluations = new ModelEvaluationRepository(market.dataSource);
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-models-'));
});
beforeEach(async () => {
  await cp(join(shippedModels, 'har', '1'), join(folder, 'har', '1'), { recursive: true, force: true });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await market?.close();
});

describe('registerShipped', () => {
  it('registers a model once, with its bytes and its proof', async () => {
    for (let start = 0; start < 2; start += 1) expect(await register()).toEqual([]);
    const rows = await rowsOfModels();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ name: 'har', version: 1, status: 'shipped', family: 'har_abs_emp' });
    expect(rows[0]!.onnx.equals(await readFile(place('model.onnx')))).toBe(true);
    const proofs = await evaluations.listFor('har', 1);
    expect(proofs).toHaveLength(1);
    expect(proofs[0]).toMatchObject({ kind: 'technical', verdict: 'passed', onnxSha256: rows[0]!.onnxSha256 });
    expect(proofs[0]!.checks.map(({ name }) => name)).toEqual(['loads', 'golden']);
  });

  it('registers every model of the folder, and goes on without one that is broken and not needed', async () => {
    const whole = await mkdtemp(join(tmpdir(), 'btcforecast-models-'));
    await cp(shippedModels, whole, { recursive: true });
    await writeFile(join(whole, 'uncond_1y', '1', 'model.onnx'), 'broken');
    const problems = await register(['har@1'], whole);
    await rm(whole, { recursive: true });
    expect(problems.map(({ model }) => model)).toEqual(['uncond_1y@1']);
    expect(problems[0]!.error.message).toMatch(/damaged or was changed/);
    const names = (await rowsOfModels()).map(({ name }) => name).sort();
    expect(names).toEqual(expect.arrayContaining(['ewma_rw', 'garch_t', 'har']));
    expect(names).not.toContain('uncond_1y');
    expect(await evaluations.latest('ewma_rw', 1, 'technical')).toMatchObject({ verdict: 'passed' });
  });

  it('gives the bits of one row whatever else is in the batch, up to 256 rows', async () => {
    const files = await readModelFiles(folder, parseModelReference('har@1'));
    const model = await OnnxModel.load(files);
    const rows = files.manifest.golden.map(goldenInputs);
    const many = await model.predict(Array.from({ length: 256 }, (_, i) => rows[i % rows.length]!));
    for (const [i, row] of rows.entries()) expect([many[i], many[i + 252]]).toEqual(Array(2).fill((await model.predict([row]))[0]));
    await model.release();
  });

  it('refuses a graph that is not the one of the manifest', async () => {
    const bytes = await readFile(place('model.onnx'));
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(place('model.onnx'), bytes);
    await expect(register()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/har@1: model.onnx has the SHA-256 .* damaged or was changed/),
    });
  });

  it.each<[string, RegExp, (manifest: HarManifest) => void]>([
    ['a golden answer that does not come out', /golden row 1 gives/, (m) => (m.golden[1]!.sigma[2]! *= 1.000_001)],
    ['a golden input that gives something else', /golden row 0/, (m) => (m.golden[0]!.features[0]! += 0.1)],
    ['an input that nobody computes', /wants the input "x", which is not computed here/, (m) => (m.inputs[0]!.name = 'x')],
    ['other inputs than the graph has', /its inputs are features: float64/, (m) => m.inputs.reverse()],
    ['another shape than the input has', /season_scale has the shape \[N, 4\], not \[N, 5\]/, (m) => (m.inputs[1]!.shape = ['N', 5])],
    ['other outputs than the graph has', /its outputs are/, (m) => m.outputs.reverse()],
    ['another name', /its manifest is that of other@1/, (m) => (m.name = 'other')],
    ['a broken description', /breaks its schema/, (m) => (m.windowSlots = -1)],
  ])('refuses a manifest with %s', async (_what, message, change) => {
    await changeManifest(change);
    await expect(register()).rejects.toMatchObject({
      kind: 'caller',
      code: 'config.invalid',
      message: expect.stringMatching(message),
    });
  });

  it('names the file that is missing and the settings to check', async () => {
    await expect(register(['har@9'])).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/har.9.*cannot be read; check MODELS_DIR and CHAMPION/),
    });
  });

  it('refuses to start when the database knows the version with other bytes', async () => {
    await market.dataSource.query(`DELETE FROM model_versions`);
    await market.dataSource.query(
      `INSERT INTO model_versions VALUES ('har', 1, 'har_abs_emp', 'shipped', '\\x00', $1, '{}', now())`,
      ['f'.repeat(64)],
    );
    await expect(register()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/knows har@1 with other bytes .* a version never changes/),
    });
    await market.dataSource.query(`DELETE FROM model_versions`);
  });
});
