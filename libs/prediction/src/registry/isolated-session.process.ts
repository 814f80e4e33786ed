import { constants, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { SessionQuestion, SessionReply, TensorData } from './isolated-session.js';

/**
 * Entry of the process that runs one graph that is not trusted. It judges nothing: numbers in, numbers out. Limits are
 * set and kept by whoever started it.
 */
const MAX_OUTPUT_ELEMENTS = 4_000_000;
/** A run keeps this thread busy, so that the loss of the parent cannot be heard of: another thread looks. */
const WATCH = `const { ppid, pid } = process;
setInterval(() => { if (process.ppid !== ppid) process.kill(pid, 'SIGKILL'); }, 1000);`;

let session: InferenceSession | undefined;

async function open(onnx: Uint8Array): Promise<SessionReply> {
  session = await InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: false,
    enableMemPattern: false,
  });
  return { ok: true, tensors: [], milliseconds: 0 };
}

async function run(feeds: readonly TensorData[]): Promise<SessionReply> {
  if (!session) throw new Error('no graph was loaded');
  const tensors = feeds.map(({ name, dims, data }) => [name, new Tensor('float64', data, dims)] as const);
  const start = performance.now();
  const results = await session.run(Object.fromEntries(tensors));
  const milliseconds = performance.now() - start;
  return {
    ok: true,
    milliseconds,
    tensors: session.outputNames.map((name) => {
      const { type, dims, data } = results[name]!;
      if (type !== 'float64') throw new Error(`the output ${name} is of the type ${type}`);
      if (data.length > MAX_OUTPUT_ELEMENTS)
        throw new Error(`the output ${name} has ${data.length} elements`);
      return { name, dims: [...dims], data: data as Float64Array };
    }),
  };
}

async function answer(question: SessionQuestion): Promise<SessionReply> {
  try {
    return await (question.kind === 'open' ? open(question.onnx) : run(question.feeds));
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

setPriority(constants.priority.PRIORITY_BELOW_NORMAL); // the champion goes first
new Worker(WATCH, { eval: true }).unref();
process.on('message', (question: SessionQuestion) => {
  void answer(question).then((reply) => process.send?.(reply));
});
process.once('disconnect', () => process.exit());
process.send?.({ ok: true, tensors: [], milliseconds: 0 } satisfies SessionReply); // ready
