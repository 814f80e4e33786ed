import { join } from 'node:path';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inferenceRpc, type RpcMessage } from '@btcforecast/contracts';
import {
  Clock,
  createLogger,
  Metrics,
  parseEnv,
  RpcClient,
  type RunningService,
  startService,
} from '@btcforecast/platform';
import { repositoryRoot, testDatabase, type TestDatabase, waitFor } from '@btcforecast/testing';
import { PredictionEnv } from './prediction.env.js';
import { PredictionModule } from './prediction.module.js';

const TOKEN = 'token-between-services';
const logger = createLogger('test', { level: 'fatal' });
const actor = 'key 0123456789ab';
const BODIES: Record<keyof typeof inferenceRpc, object> = {
  infer: {
    calls: [
      {
        ...{ model: 'har', version: null, deadline: Date.now() + 60_000, priority: 2, outputs: null },
        inputs: [{ name: 'features', shape: [1, 23] }],
      },
    ],
    data: Buffer.alloc(184).toString('base64'),
  },
  models: { name: null },
  statistics: { name: null, version: null },
  load: { name: 'garch_t', version: 1, actor },
  unload: { name: 'garch_t', version: 1, actor },
};

let database: TestDatabase;
let service: RunningService;
const clients: RpcClient[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const env = parseEnv(PredictionEnv, {
    DATABASE_URL: database.url,
    RPC_TOKEN: TOKEN,
    RPC_PORT: '0',
    MODELS_DIR: join(repositoryRoot, 'models'),
  });
  service = await startService({ name: 'prediction', module: PredictionModule, env, logger });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await service?.close();
  await database?.drop();
});

function client(token: string): RpcClient {
  const here = [{ host: '127.0.0.1', port: service.rpcPort! }];
  const made = new RpcClient({
    addresses: { prediction: here, 'market-data': here },
    ...{ token, caller: 'test', clock: new Clock(), logger },
    metrics: new Metrics({ service: 'test', region: 'test' }),
  });
  clients.push(made);
  return made;
}

/** Sends an envelope as it is, as Nest's transport frames it. */
async function sendRaw(message: RpcMessage, envelope: object): Promise<unknown> {
  const socket = connect(service.rpcPort!, '127.0.0.1');
  await once(socket, 'connect');
  const text = JSON.stringify({ pattern: message.name, data: envelope, id: '1' });
  socket.write(`${text.length}#${text}`);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return (JSON.parse(chunk.toString().replace(/^\d+#/, '')) as { response: unknown }).response;
}

describe('the calls about inference', () => {
  it.each(Object.entries(inferenceRpc))('refuse a wrong token: %s', async (name, message) => {
    const body = BODIES[name as keyof typeof inferenceRpc];
    await expect(client('another-token-of-others').call(message, body as never)).rejects.toMatchObject({
      kind: 'caller',
      code: 'rpc.forbidden',
    });
  });

  it.each(Object.entries(inferenceRpc))('refuse an expired deadline: %s', async (name, message) => {
    const body = BODIES[name as keyof typeof inferenceRpc];
    const envelope = { v: 1, deadline: Date.now() - 1, caller: 'test', token: TOKEN, body };
    expect(await sendRaw(message, envelope)).toMatchObject({
      ok: false,
      error: { kind: 'transient', code: 'rpc.deadline_exceeded' },
    });
  });

  it('changed nothing by being refused, and are answered with the right token', async () => {
    const rpc = client(TOKEN);
    const { models } = await waitFor(
      async () => {
        const reply = await rpc.call(inferenceRpc.models, { name: null });
        return reply.ready ? reply : undefined;
      },
      { deadlineMs: 10_000, what: 'the champion is ready' },
    );
    expect(models[0]).toMatchObject({ name: 'har', version: 2, champion: true, state: 'ready' });
    expect(models.find(({ name }) => name === 'garch_t')).toMatchObject({ state: 'unavailable' });
    const answer = await rpc.call(inferenceRpc.infer, BODIES.infer as never);
    expect(answer.answers).toEqual([
      expect.objectContaining({ ok: false, kind: 'caller', code: 'inference.invalid' }),
    ]);
    expect(await rpc.call(inferenceRpc.load, BODIES.load as never)).toEqual({
      name: 'garch_t',
      versions: [1],
    });
    expect(await rpc.call(inferenceRpc.unload, BODIES.unload as never)).toEqual({
      name: 'garch_t',
      versions: [1],
    });
    expect(await rpc.call(inferenceRpc.statistics, { name: 'har', version: null })).toMatchObject({
      model_stats: [{ name: 'har', version: '2', inference_count: 0 }],
    });
  });
});
