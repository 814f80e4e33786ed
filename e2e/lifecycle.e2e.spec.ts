import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { wideModel } from '../libs/prediction/test/poor-models.js';
import { writeMarketFile } from './support/market-file.js';
import { RunningSystem } from './support/running-system.js';

const HOUR = 3_600_000;
const FROM = Date.UTC(2025, 0, 1);
const HISTORY_HOURS = 840 * 24;

jest.setTimeout(600_000);

interface Move {
  readonly alias: string;
  readonly to: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly effectiveOrigin: string;
  readonly evaluation: string | null;
}
interface Evaluation {
  readonly id: string;
  readonly kind: string;
  readonly verdict: string;
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
}

describe('the life of a model that is sound but worse, in a replay', () => {
  const system = new RunningSystem();
  const wide = wideModel(5);

  beforeAll(async () => {
    const file = join(system.folder, 'market.csv');
    writeMarketFile(file, FROM - HISTORY_HOURS * HOUR, HISTORY_HOURS + 24 * 90);
    await system.start(['--source', 'replay', '--file', file, '--from', '2025-01-01', '--speed', '3000']);
  });

  afterAll(() => system.remove());

  const moves = async (): Promise<Move[]> => (await system.get('/v1/models/aliases/BTC-USD')).body.data;
  const evaluations = async (): Promise<Evaluation[]> =>
    (await system.get(`/v1/models/${wide.name}/1`)).body.evaluations;
  const evaluated = (kind: string, deadlineMs: number) =>
    waitFor(async () => (await evaluations()).find((one) => one.kind === kind), {
      ...{ deadlineMs, everyMs: 1_000, what: `the ${kind} evaluation is recorded` },
    });
  const answeredBy = async () => {
    const { body } = await system.get('/v1/forecasts/BTC-USD?horizon=1h');
    return `${body.model.name}@${body.model.version}`;
  };
  const failedChecks = ({ checks }: Evaluation) =>
    checks.filter(({ passed }) => !passed).map(({ name }) => name);

  it('is taken into the registry, since it is a model', async () => {
    const { status, body } = await system.post('/v1/models', {
      name: wide.name,
      onnx: Buffer.from(wide.onnx).toString('base64'),
      manifest: wide.manifest,
    });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { reference: 'wide@1', status: 'uploaded' },
    });
  });

  it('is walked forward by itself, and refused with its numbers; nobody gets an alias', async () => {
    const evaluation = await evaluated('walk_forward', 240_000);
    expect(evaluation.verdict).toBe('refused');
    expect(failedChecks(evaluation)).toEqual(expect.arrayContaining(['skill 1 h', 'skill overall']));
    expect(await moves()).toEqual([]);
  });

  it('answers clients only when somebody overrides the policy, from an origin ahead', async () => {
    const before = await answeredBy();
    const promoted = await system.post(`/v1/models/${wide.name}/1/promote`, {
      ...{ instrument: 'BTC-USD', alias: 'champion', reason: 'it looked good to me', override: true },
    });
    expect(promoted).toMatchObject({ status: 200, body: { to: 'wide@1', from: before } });
    await waitFor(async () => (await answeredBy()) === 'wide@1', {
      ...{ deadlineMs: 60_000, everyMs: 500, what: 'the new champion answers' },
    });
  });

  it('is rolled back by itself, though the worker is killed meanwhile, and the record tells the story', async () => {
    await system.kill('worker');
    const live = await evaluated('live', 300_000);
    expect(live.verdict).toBe('refused');
    expect(failedChecks(live)).toEqual(['not shown to be worse']);
    await waitFor(async () => (await moves()).length >= 4, {
      ...{ deadlineMs: 60_000, everyMs: 500, what: 'the aliases have moved back' },
    });
    const story = (await moves()).toReversed().slice(0, 4);
    expect(story.map(({ alias, to }) => [alias, to])).toEqual([
      ['champion', 'wide@1'],
      ['challenger', story[2]!.to],
      ['champion', story[2]!.to],
      ['challenger', null],
    ]);
    expect(story[0]).toMatchObject({
      reason: 'it looked good to me',
      actor: expect.not.stringMatching(/^policy/),
    });
    expect(story[2]).toMatchObject({
      actor: 'policy:rollout',
      evaluation: live.id,
      reason: expect.stringMatching(/^worse than its predecessor/),
    });
    await waitFor(async () => (await answeredBy()) === story[2]!.to, {
      ...{ deadlineMs: 60_000, everyMs: 500, what: 'the predecessor answers again' },
    });
  });

  it('stays refused: the policy does not take it up again', async () => {
    const forecasts = async () =>
      Number(
        (await system.query<{ n: string }>('SELECT count(*) AS n FROM forecasts WHERE canonical'))[0]!.n,
      );
    const before = await forecasts();
    await waitFor(async () => (await forecasts()) > before + 4 * 6, {
      ...{ deadlineMs: 120_000, everyMs: 500, what: 'six hours, and judgements, have passed' },
    });
    expect((await moves()).filter(({ to }) => to === 'wide@1')).toHaveLength(1);
    expect((await evaluations()).map(({ kind, verdict }) => `${kind} ${verdict}`)).toEqual([
      'live refused',
      'walk_forward refused',
      'technical passed',
    ]);
  });
});
