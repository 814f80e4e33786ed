/** One process, Fastify and onnxruntime, that answers inference requests on a model: the shortest way to do it. */
import { createRequire } from 'node:module';
import fastify from 'fastify';
import { parseModelReference, readModelFiles } from '@btcforecast/prediction';

const { InferenceSession, Tensor } = createRequire(import.meta.resolve('@btcforecast/prediction'))(
  'onnxruntime-node',
);

process.once('message', async ({ folder, reference }) => {
  const { manifest, onnx } = await readModelFiles(folder, parseModelReference(reference));
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const server = fastify();
  server.post(`/v2/models/${manifest.name}/infer`, async ({ body: { id, inputs } }) => {
    const feeds = {};
    for (const { name, shape, data } of inputs) {
      feeds[name] = new Tensor('float64', Float64Array.from(data), shape);
    }
    const results = await session.run(feeds);
    return {
      model_name: manifest.name,
      model_version: String(manifest.version),
      id,
      outputs: Object.entries(results).map(([name, { dims, data }]) => ({
        ...{ name, datatype: 'FP64', shape: dims },
        data: Array.from(data),
      })),
    };
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  process.send({ port: server.server.address().port });
});
process.once('disconnect', () => process.exit(0));
