import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModelEvaluationEntity, ModelVersionEntity } from '@btcforecast/database';
import { waitFor } from '@btcforecast/testing';
import { doubles, node } from '../../test/onnx-file.js';
import { INSTRUMENT, openMarket, setFeed, type TestMarket } from '../../test/market.js';
import { openRegistry } from '../../test/registry.js';
import { SOUND_NODES, userModel, type UserModel } from '../../test/user-model.js';
import type { NewModel } from './registry.service.js';
import { registryCard } from './registry-card.js';

const feed = 'replay-0000000e';
const EVENT_AT = Date.UTC(2025, 2, 1);
let market: TestMarket;
const uploaded = (model: UserModel): NewModel => ({ ...model, family: 'user', status: 'uploaded' });
/** Sound models that differ in their bytes alone. */
const variant = (n: number, name?: string) =>
  userModel({ initializers: [doubles(`unused_${n}`, [1], [n])] }, name);
const crossing = (name: string) =>
  userModel({ nodes: [node('Neg', ['reference_quantiles'], 'quantiles'), SOUND_NODES[1]!] }, name);
const versionsOf = (name: string) =>
  market.dataSource.getRepository(ModelVersionEntity).find({ where: { name }, order: { version: 'ASC' } });
const evaluationsOf = (modelName: string) =>
  market.dataSource.getRepository(ModelEvaluationEntity).find({ where: { modelName }, order: { id: 'ASC' } });

beforeAll(async () => {
  market = await openMarket();
  await setFeed(market, { feed, venue: feed, eventAt: EVENT_AT });
});
afterAll(() => market?.close());

describe('RegistryService', () => {
  it('gives a sound model a version with its bytes and its evidence, and says so', async () => {
    const heard: unknown[] = [];
    market.events.subscribe('model.registered', (event) => void heard.push(event));
    await waitFor(() => market.events.flowing, { deadlineMs: 5_000, what: 'events arrive' });
    const model = userModel();
    await expect(openRegistry(market).register(uploaded(model))).resolves.toEqual({
      state: 'registered',
      name: 'mine',
      version: 1,
    });
    const [row] = await versionsOf('mine');
    expect(row).toMatchObject({ status: 'uploaded', family: 'user', onnxSha256: model.manifest.onnx.sha256 });
    expect(row!.onnx.equals(model.onnx)).toBe(true);
    const [evaluation] = await evaluationsOf('mine');
    expect(evaluation).toMatchObject({ kind: 'technical', verdict: 'passed', modelVersion: 1, feed: null });
    expect(evaluation!.checks.length).toBeGreaterThan(10);
    expect(evaluation!.decidedAt.getTime()).toBe(market.clock.now());
    await waitFor(() => heard.length > 0, { deadlineMs: 5_000, what: 'the event' });
    expect(heard).toEqual([{ name: 'mine', version: 1 }]);
  });

  it('knows the same bytes again, and counts other bytes on', async () => {
    const registry = openRegistry(market);
    await expect(registry.register(uploaded(userModel()))).resolves.toEqual({
      state: 'known',
      name: 'mine',
      version: 1,
    });
    expect(await evaluationsOf('mine')).toHaveLength(1);
    await expect(registry.register(uploaded(variant(2)))).resolves.toMatchObject({ version: 2 });
    expect(
      (await versionsOf('mine')).map(({ manifest }) => (manifest as { version: number }).version),
    ).toEqual([1, 2]);
  });

  it('gives one version to the same bytes that come twice at once, and two to two', async () => {
    const registries = [openRegistry(market), openRegistry(market)];
    const same = await Promise.all(
      registries.map((registry) => registry.register(uploaded(variant(3, 'twin')))),
    );
    expect(same.map(({ version }) => version)).toEqual([1, 1]);
    expect(same.map(({ state }) => state).sort()).toEqual(['known', 'registered']);
    const others = await Promise.all(
      registries.map((registry, i) => registry.register(uploaded(variant(4 + i, 'twin')))),
    );
    expect(others.map(({ version }) => version).sort()).toEqual([2, 3]);
  });

  it('refuses a poisoned model by name and reason, and keeps the evidence', async () => {
    const model = { ...uploaded(crossing('poison')), feed, instrument: INSTRUMENT };
    const refusal = openRegistry(market).register(model);
    await expect(refusal).rejects.toMatchObject({
      kind: 'caller',
      code: 'model.refused',
      message: expect.stringMatching(
        /^poison was not accepted \(evaluation \d+\): golden_answers: .*; quantile_order: /,
      ),
      details: { name: 'poison', failed: 'golden_answers,quantile_order' },
    });
    expect(await versionsOf('poison')).toEqual([]);
    const [evaluation] = await evaluationsOf('poison');
    expect(evaluation).toMatchObject({
      verdict: 'refused',
      modelVersion: null,
      feed,
      instrument: INSTRUMENT,
    });
    expect(evaluation!.decidedAt.getTime()).toBe(EVENT_AT);
    expect(evaluation!.onnxSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('keeps the names of models of another origin free of what users bring', async () => {
    await market.dataSource.query(
      `INSERT INTO model_versions VALUES ('har', 1, 'har_abs_emp', 'shipped', '\\x00', $1, '{}', now())`,
      ['f'.repeat(64)],
    );
    await expect(openRegistry(market).register(uploaded(userModel({}, 'har')))).rejects.toMatchObject({
      kind: 'caller',
      code: 'model.conflict',
      message: expect.stringMatching(/the name har belongs to shipped models/),
    });
  });

  it('keeps the names of a feed’s candidates free before there is one', async () => {
    for (const name of ['har-live', 'mine-replay-0000000e']) {
      await expect(openRegistry(market).register(uploaded(userModel({}, name)))).rejects.toMatchObject({
        code: 'model.conflict',
        message: expect.stringMatching(/belongs to candidate models/),
      });
    }
  });

  it('makes up for evidence that was lost between the number and the record', async () => {
    const model = uploaded(variant(7, 'half'));
    const registry = openRegistry(market);
    await registry.register(model);
    await market.dataSource.query(
      'ALTER TABLE model_evaluations DISABLE TRIGGER model_evaluations_immutable',
    );
    await market.dataSource.query(`DELETE FROM model_evaluations WHERE model_name = 'half'`);
    await market.dataSource.query('ALTER TABLE model_evaluations ENABLE TRIGGER model_evaluations_immutable');
    expect(await registry.isChecked('half', 1)).toBe(false);
    await expect(registry.register(model)).resolves.toEqual({ state: 'known', name: 'half', version: 1 });
    expect(await evaluationsOf('half')).toMatchObject([{ verdict: 'passed', modelVersion: 1 }]);
  });

  it('blames no model for a process that does not come up', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'btcforecast-registry-'));
    await writeFile(join(folder, 'dead.mjs'), 'process.exit(4)');
    const registry = openRegistry(market, { program: pathToFileURL(join(folder, 'dead.mjs')) });
    await expect(registry.register(uploaded(variant(8, 'blameless')))).rejects.toMatchObject({
      kind: 'transient',
      code: 'service.not_ready',
      message: expect.stringMatching(/ended with code 4; try again later/),
    });
    expect(await evaluationsOf('blameless')).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('counts its verdicts', async () => {
    const verdicts: string[] = [];
    const registry = openRegistry(market, { onVerdict: (verdict) => verdicts.push(verdict) });
    await registry.register(uploaded(variant(9, 'counted')));
    await expect(registry.register(uploaded(crossing('counted')))).rejects.toMatchObject({
      code: 'model.refused',
    });
    expect(verdicts).toEqual(['passed', 'refused']);
  });
});

describe('registryCard', () => {
  it('tells the life of a version from its record', async () => {
    const [row] = await versionsOf('mine');
    const card = registryCard({
      manifest: userModel().manifest,
      status: row!.status,
      createdAt: row!.createdAt,
      evaluations: await evaluationsOf('mine'),
      moves: [
        {
          id: '7',
          feed,
          instrument: INSTRUMENT,
          alias: 'canary',
          from: null,
          to: { name: 'mine', version: 1 },
          share: 0.25,
          effectiveOrigin: EVENT_AT,
          actor: 'policy',
          reason: 'shadow | passed\n<b>well</b>',
          evaluationId: '3',
          movedAt: EVENT_AT,
        },
      ],
    });
    expect(card).toMatch(/^# mine 1\n/);
    expect(card).toMatch(/brought by a user; served from a process of its own/);
    expect(card).toMatch(/\| technical \| everywhere \| passed \| size: \d+ of at most 1048576 bytes/);
    expect(card).toContain(
      `| 7 | 2025-03-01T00:00:00.000Z | ${feed} | BTC-USD | canary (25 % of requests) | nobody | mine@1 | policy | ` +
        'shadow \\| passed &lt;b>well&lt;/b> | 3 |',
    );
  });
});
