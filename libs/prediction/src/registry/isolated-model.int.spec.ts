import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@btcforecast/platform';
import { describeWhen, repositoryRoot, waitFor } from '@btcforecast/testing';
import { goldenInputs } from '@btcforecast/training';
import { attribute, DOUBLE, integers, node } from '../../test/onnx-file.js';
import { SOUND_NODES, userModel } from '../../test/user-model.js';
import { OnnxModel } from '../models/onnx-model.js';
import { IsolatedModel, type IsolatedModelOptions } from './isolated-model.js';
import { IsolatedSession } from './isolated-session.js';
import { openModel } from './open-model.js';

const opened: IsolatedModel[] = [];
const open = async (model = userModel(), options: IsolatedModelOptions = {}) => {
  const isolated = await IsolatedModel.open(model, options);
  opened.push(isolated);
  return isolated;
};
const rows = userModel().manifest.golden.map(goldenInputs);
const notReady = { kind: 'transient', code: 'forecast.model_not_ready' };
const isRunning = (pid: number) => existsSync(`/proc/${pid}/exe`);

afterEach(async () => {
  for (const model of opened.splice(0)) await model.release();
});

/**
 * Sound for the golden rows; where the first number is 1 it divides the lowest whole number by -1, which the processor
 * answers with a signal that ends the process.
 */
const deadly = userModel({
  nodes: [
    node('ReduceMax', ['season_scale'], 'most', attribute.int('keepdims', 0)),
    node('Cast', ['most'], 'whole', attribute.int('to', 7)),
    node('Sub', ['zero', 'whole'], 'minus'),
    node('Equal', ['whole', 'zero'], 'is_zero'),
    node('Where', ['is_zero', 'one', 'minus'], 'divisor'),
    node('Div', ['lowest', 'divisor'], 'divided'),
    node('Cast', ['divided'], 'number', attribute.int('to', DOUBLE)),
    node('Sub', ['number', 'number'], 'nothing'),
    node('Add', ['season_scale', 'nothing'], 'sigma'),
    SOUND_NODES[0]!,
  ],
  initializers: [
    integers('zero', [1], [0]),
    integers('one', [1], [1]),
    integers('lowest', [1], [-(2 ** 63)]),
  ],
});
const harmless = rows[0]!;
const fatal = { ...harmless, blocks: { ...harmless.blocks, season_scale: Float64Array.of(1, 1, 1, 1) } };

describe('IsolatedModel', () => {
  it('gives the bits that the same graph gives beside us, in a process of its own', async () => {
    const model = userModel();
    const [here, there] = [await OnnxModel.load(model), await open(model)];
    expect(there.pid).not.toBe(process.pid);
    const many = Array.from({ length: 256 }, (_, i) => rows[i % rows.length]!);
    expect(await there.predict(many)).toEqual(await here.predict(many));
    expect(await Promise.all(rows.map((row) => there.predict([row])))).toEqual(
      await Promise.all(rows.map((row) => here.predict([row]))),
    );
    await here.release();
  });

  it('is chosen for what users bring, and for nothing else', async () => {
    const theirs = (await openModel(userModel(), 'uploaded')) as IsolatedModel;
    opened.push(theirs);
    expect(theirs).toBeInstanceOf(IsolatedModel);
    const ours = await openModel(userModel(), 'candidate');
    expect(ours).toBeInstanceOf(OnnxModel);
    await ours.release();
  });

  it('fails the call that brings its process down, and no other; then starts anew', async () => {
    const reasons: string[] = [];
    const model = await open(deadly, { onRestart: (reason) => reasons.push(reason) });
    const before = model.pid!;
    const [first, second, third] = await Promise.allSettled(
      [harmless, fatal, harmless].map((row) => model.predict([row])),
    );
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({
      reason: { ...notReady, message: expect.stringMatching(/mine@1 .* ended by SIGFPE; try again later/) },
    });
    expect(third).toMatchObject({ status: 'fulfilled' });
    expect(reasons).toEqual(['it was ended by SIGFPE']);
    expect(model.pid).not.toBe(before);
  });

  it('lets a model rest that keeps failing, longer each time', async () => {
    const clock = new ManualClock(0);
    const restarts: string[] = [];
    const model = await open(deadly, { clock, onRestart: (reason) => restarts.push(reason) });
    const fall = () => expect(model.predict([fatal])).rejects.toMatchObject(notReady);
    const rests = () =>
      expect(model.predict([harmless])).rejects.toMatchObject({
        ...notReady,
        message: expect.stringMatching(/it is to rest: it was ended by SIGFPE/),
      });
    await fall();
    await fall();
    await rests();
    clock.advance(1_000);
    await fall();
    clock.advance(1_999);
    await rests();
    clock.advance(1);
    await expect(model.predict([harmless])).resolves.toHaveLength(1);
    expect(restarts).toHaveLength(3);
    await fall();
    await expect(model.predict([harmless])).resolves.toHaveLength(1); // it has answered since: no rest
  });

  it('ends a run that takes too long, and comes back', async () => {
    const slow = await script(`process.send({ ok: true });
    process.on('message', ({ kind, feeds }) => {
      if (kind === 'run' && feeds[0].dims[0] === 1) for (;;);
      const answer = (feeds ?? []).map(({ name, ...rest }) => ({ ...rest, name: { season_scale: 'sigma' }[name] ?? 'quantiles' }));
      process.send({ ok: true, milliseconds: 1, tensors: answer });
    });`);
    const model = await open(userModel(), {
      program: slow.url,
      limits: { memoryBytes: 2 ** 29, callMs: 1_500 },
    });
    const { pid } = model;
    await expect(model.predict([harmless])).rejects.toMatchObject({
      ...notReady,
      message: expect.stringMatching(/longer than 1500 ms/),
    });
    await expect(model.predict([harmless, harmless])).resolves.toHaveLength(2);
    await waitFor(() => !isRunning(pid!), { deadlineMs: 5_000, what: 'the stuck process is gone' });
    await slow.remove();
  });

  it('refuses what is not what its manifest says', async () => {
    const model = userModel();
    const golden = model.manifest.golden.map((row) => ({
      ...row,
      sigma: row.sigma.map((value) => value * 1.001),
    }));
    await expect(open({ ...model, manifest: { ...model.manifest, golden } })).rejects.toMatchObject({
      kind: 'caller',
      code: 'config.invalid',
      message: expect.stringMatching(/mine@1 cannot be used: golden row 0/),
    });
    await expect(open({ ...model, onnx: Uint8Array.of(1) })).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });

  it('is gone when it is released, and answers no more', async () => {
    const model = await open();
    const { pid } = model;
    const waiting = model.predict(rows);
    await model.release();
    await expect(waiting).rejects.toMatchObject(notReady);
    await expect(model.predict(rows)).rejects.toMatchObject(notReady);
    await waitFor(() => !isRunning(pid!), { deadlineMs: 5_000, what: 'its process is gone' });
  });
});

describeWhen(process.platform === 'linux', 'reads /proc')('the process of an isolated model', () => {
  it('inherits no environment and is held to its limits by the kernel', async () => {
    process.env['BTCF_TEST_SECRET'] = 'a secret';
    const model = await open();
    const environment = await readFile(`/proc/${model.pid}/environ`, 'utf8');
    delete process.env['BTCF_TEST_SECRET'];
    expect(environment.split('\0').map((entry) => entry.split('=')[0])).not.toContain('BTCF_TEST_SECRET');
    expect(environment).not.toContain('a secret');
    const limits = await readFile(`/proc/${model.pid}/limits`, 'utf8');
    expect(limits).toMatch(/Max data size\s+2147483648\s/);
    expect(limits).toMatch(/Max core file size\s+0\s/);
  });

  it('can read no file but the program and the packages, write none and start no process', async () => {
    const key = join(await mkdtemp(join(tmpdir(), 'btcforecast-key-')), 'admin.key');
    await writeFile(key, 'a secret');
    const program = await script(`import { readFileSync, writeFileSync } from 'node:fs';
      import { execFileSync } from 'node:child_process';
      const key = ${JSON.stringify(key)};
      const tries = [() => readFileSync(key), () => writeFileSync(key, ''), () => execFileSync('/bin/true')];
      const codes = tries.map((attempt) => { try { attempt(); return 'done'; } catch (error) { return error.code; } });
      process.send({ ok: true, tensors: [], milliseconds: 0 });
      process.once('message', () => process.send({ ok: false, message: codes.join() }));`);
    const opened = IsolatedSession.open(
      new Uint8Array(),
      { memoryBytes: 512 * 2 ** 20, callMs: 10_000 },
      program.url,
    );
    await expect(opened).rejects.toThrow(/^(\W*ERR_ACCESS_DENIED\W*){3}$/);
    await program.remove();
    await rm(dirname(key), { recursive: true });
  });

  it('ends with whoever started it, though that was killed', async () => {
    const dist = join(repositoryRoot, 'libs/prediction/src/registry/isolated-session.process.ts');
    const parent = await script(`import { fork } from 'node:child_process';
      const child = fork(${JSON.stringify(dist)}, { serialization: 'advanced' });
      child.once('spawn', () => process.stdout.write(String(child.pid)));`);
    const started = execFile(process.execPath, [parent.path]);
    const pid = await new Promise<number>((resolve) => {
      started.stdout!.once('data', (text) => resolve(Number(text)));
    });
    expect(isRunning(pid)).toBe(true);
    started.kill('SIGKILL');
    await waitFor(() => !isRunning(pid), { deadlineMs: 10_000, what: 'the child follows its parent' });
    await parent.remove();
  });
});

async function script(code: string) {
  const folder = await mkdtemp(join(tmpdir(), 'btcforecast-isolated-'));
  const path = join(folder, 'program.mjs');
  await writeFile(path, code);
  return { path, url: pathToFileURL(path), remove: () => rm(folder, { recursive: true }) };
}
