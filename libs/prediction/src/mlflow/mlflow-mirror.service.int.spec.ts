import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alias } from '@btcforecast/contracts';
import { doubles } from '../../test/onnx-file.js';
import { INSTRUMENT, openMarket, type TestMarket } from '../../test/market.js';
import { MlflowStandIn } from '../../test/mlflow-server.js';
import { openRegistry } from '../../test/registry.js';
import { userModel } from '../../test/user-model.js';
import { ModelVersionRepository } from '../models/model-version.repository.js';
import { AliasRepository } from '../registry/alias.repository.js';
import { ModelEvaluationRepository } from '../registry/model-evaluation.repository.js';
import type { MlflowServer } from './mlflow-client.js';
import { MlflowMirror } from './mlflow-mirror.service.js';

const ALIAS = `champion-live-${INSTRUMENT}`;
let market: TestMarket;
let server: MlflowStandIn;
let evaluations: ModelEvaluationRepository;
let aliases: AliasRepository;
const mirrorTo = (options: Partial<MlflowServer> = {}) =>
  new MlflowMirror(
    { versions: new ModelVersionRepository(market.dataSource), evaluations, aliases, clock: market.clock },
    { uri: server.url, pauseMs: 1, ...options },
  );

beforeAll(async () => {
  market = await openMarket();
  evaluations = new ModelEvaluationRepository(market.dataSource);
  aliases = new AliasRepository(market.dataSource);
  const registry = openRegistry(market);
  for (const n of [1, 2]) {
    const model = userModel({ initializers: [doubles('unused', [1], [n])] });
    await registry.register({ ...model, family: 'user', status: 'uploaded' });
  }
});
afterAll(() => market?.close());
beforeEach(async () => {
  server = await new MlflowStandIn().start();
});
afterEach(() => server.close());

let movedAt = Date.UTC(2025, 0, 1);
async function move(to: { name: string; version: number } | null, alias: Alias = 'champion'): Promise<void> {
  const newest = await aliases.newest('live', INSTRUMENT, alias);
  movedAt += 3_600_000;
  await aliases.move({
    ...{ feed: 'live', instrument: INSTRUMENT, alias, expectedFrom: newest?.to ?? null, to },
    ...{
      share: null,
      effectiveOrigin: movedAt,
      actor: 'test',
      reason: 'a test',
      evaluationId: null,
      movedAt,
    },
  });
}

describe('MlflowMirror', () => {
  it('does nothing without a server', async () => {
    const mirror = new MlflowMirror(
      { versions: new ModelVersionRepository(market.dataSource), evaluations, aliases, clock: market.clock },
      null,
    );
    await expect(mirror.mirror('mine', 1)).resolves.toEqual({ state: 'not_configured' });
  });

  it('copies a version with its bytes, its making and its evidence', async () => {
    await expect(mirrorTo().mirror('mine', 1)).resolves.toEqual({
      state: 'mirrored',
      version: '1',
      aliases: [],
    });
    const [run] = server.runs;
    expect(server.experiments).toEqual(new Map([['btcforecast/mine', '1']]));
    expect(run!.info).toMatchObject({ run_name: 'mine@1', status: 'FINISHED' });
    expect(Object.fromEntries(run!.data.params)).toMatchObject({
      family: 'user',
      horizons_hours: '1,4,24,168',
    });
    const [technical] = await evaluations.listFor('mine', 1);
    const rowMs = technical!.evidence['rowMs'];
    expect([...run!.data.metrics.values()]).toContainEqual({
      key: 'technical.rowMs',
      value: rowMs,
      timestamp: technical!.decidedAt.getTime(),
      step: Number(technical!.id),
    });
    const { versions } = server.models.get('mine')!;
    expect(versions).toMatchObject([{ source: 'mlflow-artifacts:/1/run1/artifacts/model', run_id: 'run1' }]);
    expect(versions[0]!.tags).toContainEqual({ key: 'btcforecast.reference', value: 'mine@1' });
    expect(versions[0]!.tags).toContainEqual({
      key: 'btcforecast.technical',
      value: `passed (evaluation ${technical!.id})`,
    });
    const file = (name: string) => server.files.get(`1/run1/artifacts/model/${name}`)!;
    const sha256 = createHash('sha256').update(file('model.onnx')).digest('hex');
    expect(sha256).toBe(technical!.onnxSha256);
    expect(JSON.parse(file('manifest.json').toString())).toMatchObject({ name: 'mine', onnx: { sha256 } });
    expect(file('card.md').toString()).toMatch(/^# mine 1\n[^]*### Evaluations/);
  });

  it('copied again adds nothing, and numbers of the server need not be ours', async () => {
    const mirror = mirrorTo();
    await mirror.mirror('mine', 2);
    await mirror.mirror('mine', 1);
    const [runs, metrics] = [server.runs.length, server.runs[0]!.data.metrics.size];
    await expect(mirror.mirror('mine', 2)).resolves.toMatchObject({ version: '1' });
    await expect(mirror.mirror('mine', 1)).resolves.toMatchObject({ version: '2' });
    expect([server.runs.length, server.runs[0]!.data.metrics.size]).toEqual([runs, metrics]);
    expect(server.models.get('mine')!.versions).toHaveLength(2);
  });

  it('moves aliases with the record, takes ours away, and leaves those of others alone', async () => {
    const mirror = mirrorTo();
    const aliasesThere = () => Object.fromEntries(server.models.get('mine')!.aliases);
    await move({ name: 'mine', version: 1 });
    await expect(mirror.mirror('mine', 1)).resolves.toMatchObject({ aliases: [ALIAS] });
    server.models.get('mine')!.aliases.set('production', '1');
    await move({ name: 'mine', version: 2 });
    await mirror.mirror('mine', 1);
    expect(aliasesThere()).toEqual({ production: '1' });
    await mirror.mirror('mine', 2);
    expect(aliasesThere()).toEqual({ production: '1', [ALIAS]: '2' });
    await move({ name: 'mine', version: 1 }, 'challenger');
    await mirror.mirror('mine', 1);
    await move(null, 'challenger');
    await mirror.mirror('mine', 1);
    expect(aliasesThere()).toEqual({ production: '1', [ALIAS]: '2' });
  });

  it('goes on where it was cut short', async () => {
    const mirror = mirrorTo();
    await mirror.mirror('mine', 1);
    server.models.clear();
    await expect(mirror.mirror('mine', 1)).resolves.toMatchObject({ version: '1' });
    expect(server.runs).toHaveLength(1);
  });

  it('shows its token, tries again when the server is busy, and says when it is away', async () => {
    server.token = 'a token';
    server.failures = [503, 429];
    await expect(mirrorTo({ token: 'a token' }).mirror('mine', 1)).resolves.toMatchObject({
      state: 'mirrored',
    });
    await expect(mirrorTo({ token: 'another' }).mirror('mine', 1)).rejects.toMatchObject({
      kind: 'caller',
      code: 'mlflow.unavailable',
      message: expect.stringMatching(/401.*MLFLOW_TRACKING_TOKEN/),
    });
    server.failures = [500, 500, 500];
    await expect(mirrorTo({ token: 'a token' }).mirror('mine', 1)).rejects.toMatchObject({
      kind: 'transient',
      code: 'mlflow.unavailable',
    });
    const nobody = mirrorTo({ uri: 'http://127.0.0.1:9' });
    await expect(nobody.mirror('mine', 1)).rejects.toMatchObject({ kind: 'transient' });
  });

  it('gives up on a server that never answers, and on one that is no MLflow', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const uri = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await expect(mirrorTo({ uri, timeoutMs: 50 }).mirror('mine', 1)).rejects.toMatchObject({
      kind: 'transient',
    });
    silent.closeAllConnections();
    silent.close();
    const other = createServer((_request, response) => response.writeHead(200).end('<html>')).listen(
      0,
      '127.0.0.1',
    );
    await once(other, 'listening');
    const page = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(mirrorTo({ uri: page }).mirror('mine', 1)).rejects.toMatchObject({
      kind: 'caller',
      message: expect.stringMatching(/MLFLOW_TRACKING_URI is the address of an MLflow server/),
    });
    other.closeAllConnections();
    other.close();
  });

  it('leaves bytes where they are when the server takes no files, and knows no unknown model', async () => {
    server.artifactRoot = 's3://bucket';
    await expect(mirrorTo().mirror('mine', 1)).resolves.toMatchObject({ state: 'mirrored' });
    expect(server.files.size).toBe(0);
    expect(server.models.get('mine')!.versions[0]!.source).toBe('s3://bucket/1/run1/artifacts/model');
    await expect(mirrorTo().mirror('mine', 99)).rejects.toMatchObject({ code: 'model.not_found' });
  });
});
