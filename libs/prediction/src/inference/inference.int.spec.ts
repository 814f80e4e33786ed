import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InferenceCall } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { openInference, shippedModel } from '../../test/inference.js';
import { openRegistry } from '../../test/registry.js';
import { userModel } from '../../test/user-model.js';
import { IsolatedModel } from '../registry/isolated-model.js';
import { joinNumbers, splitNumbers } from './wire-numbers.js';

const actor = 'key 0123456789ab';
let bench: Awaited<ReturnType<typeof openInference>>;
beforeEach(async () => {
  bench = await openInference();
});
afterEach(() => bench?.close());

describe('a question', () => {
  it.each([
    [
      'without one of the inputs',
      { inputs: [{ name: 'features', shape: [2, 23] }] },
      /season_scale is missing/,
    ],
    ['for an output that is none', { outputs: ['quantiles', 'median'] }, /outputs\[1\] is none of them/],
    ['for an output twice', { outputs: ['sigma', 'sigma'] }, /outputs\[1\].*twice/],
  ] as const)('%s is refused in words', async (_what, more, words) => {
    const { call, inputs } = await bench.question('har@2', more as unknown as Partial<InferenceCall>);
    const here = bench.instance();
    await here.served.refresh();
    const given = more && 'inputs' in more ? inputs.slice(0, 1) : inputs;
    const { answers } = await here.service.infer({ calls: [call], data: joinNumbers(given) });
    expect(answers[0]).toMatchObject({ ok: false, kind: 'caller', code: 'inference.invalid' });
    expect((answers[0] as { message: string }).message).toMatch(words);
  });

  it('with another shape than the model’s is refused, and does not repeat what was sent', async () => {
    const here = bench.instance();
    await here.served.refresh();
    const refusals = [
      [['features', [2, 22]], /features must have the shape \[-1, 23\].*it has \[2, 22\]/],
      [['features', [46]], /features must have the shape/],
      [['<script>', [2, 23]], /the input features is missing/],
    ] as const;
    for (const [[name, shape], words] of refusals) {
      const { call, inputs } = await bench.question('har@2');
      const changed = { ...call, inputs: [{ name, shape: [...shape] }, ...call.inputs.slice(1)] };
      const size = shape.reduce((product, each) => product * each, 1);
      const data = joinNumbers([new Float64Array(size), ...inputs.slice(1)]);
      const { answers } = await here.service.infer({ calls: [changed], data });
      expect(answers[0]).toMatchObject({ ok: false, code: 'inference.invalid' });
      expect((answers[0] as { message: string }).message).toMatch(words);
      expect((answers[0] as { message: string }).message).not.toContain('script');
    }
  });

  it('with no rows, or too many, is refused', async () => {
    const here = bench.instance();
    await here.served.open({ name: 'har', version: 2 });
    await here.service.load({ name: 'uncond_1y', version: 1, actor });
    for (const rows of [0, 1_025]) {
      const { call } = await bench.question('uncond_1y@1', {
        inputs: [{ name: 'reference_quantiles', shape: [rows, 4, 7] }],
      });
      const data = joinNumbers([new Float64Array(rows * 28)]);
      const { answers } = await here.service.infer({ calls: [call], data });
      expect(answers[0]).toMatchObject({ ok: false, code: 'inference.invalid' });
    }
  });

  it('in company of others gets its own numbers, and only the outputs that it wants', async () => {
    const here = bench.instance();
    await here.served.refresh();
    const one = await bench.question('har@2', { outputs: ['sigma'] });
    const broken = await bench.question('har@2', { outputs: ['nothing'] });
    const other = await bench.question('har@2');
    const { answers, data } = await here.service.infer({
      calls: [one.call, broken.call, other.call],
      data: joinNumbers([one, broken, other].flatMap(({ inputs }) => inputs)),
    });
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true]);
    const shapes = answers.map((answer) => (answer.ok ? answer.outputs.map(({ shape }) => shape) : []));
    expect(shapes).toEqual([
      [[2, 4]],
      [],
      [
        [2, 4, 7],
        [2, 4],
      ],
    ]);
    const [[sigma], , [quantiles, again]] = splitNumbers(shapes, data) as [
      [Float64Array],
      [],
      [Float64Array, Float64Array],
    ];
    const model = await shippedModel('har@2');
    const feeds = one.call.inputs.map(({ name, shape }, i) => ({ name, dims: shape, data: one.inputs[i]! }));
    const direct = await model.run(feeds);
    await model.release();
    expect(sigma).toEqual(direct[1]!.data);
    expect([quantiles, again]).toEqual(direct.map((tensor) => tensor.data));
  });

  it('whose numbers do not add up to its shapes is a broken message', async () => {
    const { call, inputs } = await bench.question('har@2');
    const here = bench.instance();
    for (const data of [joinNumbers(inputs.slice(1)), `${joinNumbers(inputs)}AAAA`, '']) {
      await expect(here.service.infer({ calls: [call], data })).rejects.toMatchObject({
        code: 'rpc.invalid_message',
      });
    }
  });
});

describe('what callers send', () => {
  it('can fail their own request, and never the forecasts of the champion', async () => {
    const here = bench.instance();
    await here.served.refresh();
    const { call, inputs } = await bench.question('har@2');
    inputs[2]!.fill(99); // the hour of the day
    const { answers } = await here.service.infer({ calls: [call], data: joinNumbers(inputs) });
    expect(answers[0]).toMatchObject({ ok: false, kind: 'caller', code: 'inference.failed' });
    expect(bench.store.failing).toEqual([]);
    expect(await bench.ask(here, 'har@2')).toMatchObject({ ok: true });
  });

  it('reaches a user’s model in a process of its own, and not the one that forecasts', async () => {
    await openRegistry(bench.market).register({ ...userModel(), family: 'user', status: 'uploaded' });
    await bench.makeChampion({ name: 'mine', version: 1 }, Date.UTC(2025, 0, 1));
    const here = bench.instance();
    await here.served.refresh();
    const [isolated] = here.opened as [IsolatedModel];
    expect(isolated).toBeInstanceOf(IsolatedModel);
    const call: InferenceCall = {
      ...{
        model: 'mine',
        version: null,
        deadline: bench.market.clock.now() + 1_000,
        priority: 2,
        outputs: null,
      },
      inputs: [
        { name: 'season_scale', shape: [1, 4] },
        { name: 'reference_quantiles', shape: [1, 4, 7] },
      ],
    };
    const numbers = Float64Array.from({ length: 32 }, (_, i) => i + 1);
    const ask = () => here.service.infer({ calls: [call], data: joinNumbers([numbers]) });
    const { answers, data } = await ask();
    expect(answers[0]).toMatchObject({ ok: true, version: 1 });
    expect(
      splitNumbers(
        [
          [
            [1, 4, 7],
            [1, 4],
          ],
        ],
        data,
      )[0]!.map((each) => each[0]),
    ).toEqual([5, 1]);
    const { pid } = isolated;
    expect(pid).not.toBe(process.pid);
    process.kill(pid!, 'SIGKILL');
    await waitFor(() => !isolated.isUp, { deadlineMs: 5_000, what: 'the loss is noticed' });
    expect((await ask()).answers[0]).toMatchObject({ ok: true });
    expect(isolated.pid).not.toBe(pid);
  });
});
