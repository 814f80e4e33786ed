import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ModelVersionEntity } from '@btcforecast/database';
import type { ModelManifest } from '@btcforecast/training';
import { shippedModels } from '../../test/forecasting.js';
import { openMarket, type TestMarket } from '../../test/market.js';
import { parseModelReference, readModelFiles } from './model-files.js';
import { ModelStore } from './model-store.js';
import { ModelVersionRepository } from './model-version.repository.js';
import { OnnxModel } from './onnx-model.js';

let market: TestMarket;
let versions: ModelVersionRepository;
let folder: string;

const place = (file: string) => join(folder, 'har', '1', file);
const open = (champion = 'har@1') => ModelStore.open({ folder, champion, registeredAt: 0 }, versions);
const rowsOfModels = () => market.dataSource.getRepository(ModelVersionEntity).find();

async function changeManifest(change: (manifest: ModelManifest) => void): Promise<void> {
  const manifest = JSON.parse(await readFile(place('manifest.json'), 'utf8')) as ModelManifest;
  change(manifest);
  await writeFile(place('manifest.json'), JSON.stringify(manifest));
}

beforeAll(async () => {
  market = await openMarket();
  versions = new ModelVersionRepository(market.dataSource);
  folder = await mkdtemp(join(tmpdir(), 'btcforecast-models-'));
});
beforeEach(async () => {
  await cp(join(shippedModels, 'har'), join(folder, 'har'), { recursive: true, force: true });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await market?.close();
});

describe('ModelStore', () => {
  it('loads the shipped model and registers it once, with its bytes', async () => {
    for (let start = 0; start < 2; start += 1) {
      const store = await open();
      expect(store.champion.reference).toBe('har@1');
      expect(store.runtime).toMatchObject({ onnxruntime: '1.30.0', arch: process.arch });
      await store.onApplicationShutdown();
    }
    const rows = await rowsOfModels();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ name: 'har', version: 1, status: 'shipped', family: 'har_abs_emp' });
    expect(rows[0]!.onnx.equals(await readFile(place('model.onnx')))).toBe(true);
  });

  it('gives the bits of one row whatever else is in the batch, up to 256 rows', async () => {
    const files = await readModelFiles(folder, parseModelReference('har@1'));
    const model = await OnnxModel.load(files);
    const rows = files.manifest.golden.map(({ features, seasonScale, referenceQuantiles }) => ({
      features: Float64Array.from(features),
      seasonScale: Float64Array.from(seasonScale),
      referenceQuantiles: Float64Array.from(referenceQuantiles.flat()),
    }));
    const many = await model.predict(Array.from({ length: 256 }, (_, i) => rows[i % rows.length]!));
    for (const [i, row] of rows.entries()) expect([many[i], many[i + 252]]).toEqual(Array(2).fill((await model.predict([row]))[0]));
    await model.release();
  });

  it('refuses a graph that is not the one of the manifest', async () => {
    const bytes = await readFile(place('model.onnx'));
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(place('model.onnx'), bytes);
    await expect(open()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/har@1: model.onnx has the SHA-256 .* damaged or was changed/),
    });
  });

  it.each<[string, RegExp, (manifest: ModelManifest) => void]>([
    ['a golden answer that does not come out', /golden row 1 gives/, (m) => (m.golden[1]!.sigma[2]! *= 1.000_001)],
    ['a golden input that gives something else', /golden row 0/, (m) => (m.golden[0]!.features[0]! += 0.1)],
    ['other inputs than the graph has', /its inputs are features: float64/, (m) => (m.inputs[0]!.name = 'x')],
    ['another shape than the graph has', /its inputs are/, (m) => (m.inputs[1]!.shape = ['N', 5])],
    ['other outputs than the graph has', /its outputs are/, (m) => m.outputs.reverse()],
    ['another name', /its manifest is that of other@1/, (m) => (m.name = 'other')],
    ['a broken description', /breaks its schema/, (m) => (m.windowSlots = -1)],
  ])('refuses a manifest with %s', async (_what, message, change) => {
    await changeManifest(change);
    await expect(open()).rejects.toMatchObject({
      kind: 'caller',
      code: 'config.invalid',
      message: expect.stringMatching(message),
    });
  });

  it('names the file that is missing and the settings to check', async () => {
    await expect(open('har@9')).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/har.9.*cannot be read; check MODELS_DIR and CHAMPION/),
    });
    await expect(open('../har@1')).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('refuses to start when the database knows the version with other bytes', async () => {
    await market.dataSource.query(`DELETE FROM model_versions`);
    await market.dataSource.query(
      `INSERT INTO model_versions VALUES ('har', 1, 'har_abs_emp', 'shipped', '\\x00', $1, '{}', now())`,
      ['f'.repeat(64)],
    );
    await expect(open()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/knows har@1 with other bytes .* a version never changes/),
    });
    await market.dataSource.query(`DELETE FROM model_versions`);
  });
});
