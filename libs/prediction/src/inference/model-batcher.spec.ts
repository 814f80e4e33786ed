import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@btcforecast/platform';
import fc from 'fast-check';
import { QUIET, rowsLike, shippedModel } from '../../test/inference.js';
import type { OnnxModel } from '../models/onnx-model.js';
import { ModelBatcher, type Rows } from './model-batcher.js';
import { Statistics } from './model-statistics.js';

const NOW = Date.UTC(2026, 0, 1);
const MODEL = { name: 'har', version: 2 };
let model: OnnxModel;
let clock: ManualClock;
let statistics: Statistics;
let batcher: ModelBatcher;

beforeAll(async () => {
  model = await shippedModel('har@2');
});
afterAll(() => model.release());
beforeEach(() => start(true));

function start(together: boolean): void {
  clock = new ManualClock(NOW);
  statistics = new Statistics();
  batcher = new ModelBatcher(model, { clock, watch: QUIET, statistics, together });
}

const rowsOf = (rows: number, seed: number, more: Partial<Rows> = {}): Rows => ({
  rows,
  inputs: rowsLike(model.manifest, rows, seed),
  deadline: NOW + 1_000,
  priority: 2,
  ...more,
});

/** The same rows with an hour that no day has: the graph refuses the run that they are in. */
function poisonous(rows: number, seed: number): Rows {
  const good = rowsOf(rows, seed);
  const hour = model.manifest.inputs.findIndex(({ name }) => name === 'hour_of_day');
  return { ...good, inputs: good.inputs.map((data, i) => (i === hour ? data.fill(99, 0, 1) : data)) };
}

async function alone({ rows, inputs }: Rows): Promise<Float64Array[]> {
  const feeds = model.manifest.inputs.map(({ name, shape }, i) => ({
    name,
    dims: shape.map((size) => (size === 'N' ? rows : size)),
    data: inputs[i]!,
  }));
  return (await model.run(feeds)).map(({ data }) => data);
}

describe('many callers of one model', () => {
  it('share runs, and each gets its own rows, bit for bit as if it had been alone', async () => {
    const callers = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(10_000)), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(callers, async (asked) => {
        start(true);
        const calls = asked.map(([rows, seed]) => rowsOf(rows, seed));
        const answers = await Promise.all(calls.map((call) => batcher.ask(call)));
        const { execution_count, inference_count } = statistics.report(MODEL);
        expect(execution_count).toBe(1);
        expect(inference_count).toBe(calls.reduce((sum, { rows }) => sum + rows, 0));
        for (const [i, call] of calls.entries()) expect(answers[i]).toEqual(await alone(call));
      }),
      { numRuns: 40 },
    );
  });

  it('fail by themselves: rows that the graph cannot compute harm no others', async () => {
    const callers = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(callers, async (asked) => {
        start(true);
        const calls = asked.map(([rows, bad], i) => (bad ? poisonous(rows, i) : rowsOf(rows, i)));
        const outcomes = await Promise.allSettled(calls.map((call) => batcher.ask(call)));
        for (const [i, outcome] of outcomes.entries()) {
          if (asked[i]![1]) {
            expect(outcome).toMatchObject({
              status: 'rejected',
              reason: { kind: 'caller', code: 'inference.failed' },
            });
          } else {
            expect(outcome).toEqual({ status: 'fulfilled', value: await alone(calls[i]!) });
          }
        }
        const { inference_stats } = statistics.report(MODEL);
        expect(inference_stats.fail.count).toBe(asked.filter(([, bad]) => bad).length);
      }),
      { numRuns: 30 },
    );
  });

  it('never share more rows than a run may have', async () => {
    await Promise.all([600, 400, 500, 1_024].map((rows, i) => batcher.ask(rowsOf(rows, i))));
    const sizes = statistics.report(MODEL).batch_stats.map(({ batch_size }) => batch_size);
    expect(sizes).toEqual([500, 1_000, 1_024]);
  });

  it('are served by priority, then in order', async () => {
    const order: string[] = [];
    const ask = (name: string, priority: number) =>
      batcher.ask(rowsOf(1_000, 1, { priority })).then(() => order.push(name));
    await Promise.all([ask('a', 2), ask('b', 2), ask('last', 3), ask('first', 1)]);
    expect(order).toEqual(['first', 'a', 'b', 'last']);
  });

  it('do not share runs of a graph that is not trusted', async () => {
    start(false);
    await Promise.all([1, 2, 3].map((seed) => batcher.ask(rowsOf(2, seed))));
    expect(statistics.report(MODEL)).toMatchObject({ execution_count: 3, inference_count: 6 });
  });
});

describe('a request that nobody waits for any more', () => {
  it('never runs, and the others of its turn do', async () => {
    const late = batcher.ask(rowsOf(1, 1, { deadline: NOW }));
    const inTime = batcher.ask(rowsOf(1, 2));
    await expect(late).rejects.toMatchObject({ kind: 'transient', code: 'rpc.deadline_exceeded' });
    await expect(inTime).resolves.toHaveLength(2);
    expect(statistics.report(MODEL)).toMatchObject({ inference_count: 1, execution_count: 1 });
  });

  it('is not run when its sender goes away while it waits for the run before it', async () => {
    const sender = { isWanted: true };
    const first = batcher.ask(rowsOf(1_024, 1));
    const second = batcher.ask(rowsOf(1_023, 2, { sender }));
    const third = batcher.ask(rowsOf(1, 3));
    void first.then(() => (sender.isWanted = false));
    await expect(second).rejects.toMatchObject({ kind: 'transient', code: 'rpc.deadline_exceeded' });
    await expect(third).resolves.toHaveLength(2);
    expect(statistics.report(MODEL).inference_count).toBe(1_024 + 1);
  });

  it('is not run when its time passes while it waits for the run before it', async () => {
    const first = batcher.ask(rowsOf(1_024, 1));
    const second = batcher.ask(rowsOf(1_024, 2));
    void first.then(() => clock.advance(2_000));
    await expect(second).rejects.toMatchObject({ code: 'rpc.deadline_exceeded' });
    expect(statistics.report(MODEL).inference_count).toBe(1_024);
  });
});

describe('the statistics', () => {
  it('count requests, rows and runs apart, and sum their times', async () => {
    await Promise.all([batcher.ask(rowsOf(1, 1)), batcher.ask(rowsOf(2, 2))]);
    await batcher.ask(rowsOf(3, 3));
    const stats = statistics.report(MODEL);
    expect(stats).toMatchObject({
      ...{ name: 'har', version: '2', last_inference: NOW, inference_count: 6, execution_count: 2 },
      inference_stats: { success: { count: 3 }, queue: { count: 3 }, compute_infer: { count: 3 } },
      batch_stats: [{ batch_size: 3, compute_infer: { count: 2 } }],
    });
    expect(stats.inference_stats.success.ns).toBeGreaterThanOrEqual(stats.inference_stats.compute_infer.ns);
    expect(stats.inference_stats.compute_infer.ns).toBeGreaterThan(0);
  });

  it('know when nothing is left to do', async () => {
    const answer = batcher.ask(rowsOf(1, 1));
    await batcher.whenIdle();
    await expect(Promise.race([answer, 'not yet'])).resolves.not.toBe('not yet');
  });
});
