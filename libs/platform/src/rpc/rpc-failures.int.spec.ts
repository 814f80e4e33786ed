import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort, waitFor } from '@btcforecast/testing';
import type { RpcEnvelope } from '@btcforecast/contracts';
import type { RpcClient } from './rpc-client.js';
import { MAX_REQUEST_CHARS } from './rpc-server.js';
import { GAP, testClient, type TestService, testService, TOKEN } from './rpc.fixture.js';

const open: { close(): unknown }[] = [];

function kept<T extends { close(): unknown }>(one: T): T {
  open.push(one);
  return one;
}
const service = async (...args: Parameters<typeof testService>): Promise<TestService> =>
  kept(await testService(...args));
const client = (...args: Parameters<typeof testClient>): RpcClient => kept(testClient(...args));

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A peer that accepts connections and never says anything. */
async function silentPeer(): Promise<{ port: number; sockets: Socket[]; close(): void }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return kept({ port: address.port, sockets, close });
}

const transient = (code: string) => ({ kind: 'transient', code });

describe('a call that fails on the way', () => {
  it('ends at its deadline when nobody answers, and leaves nothing behind', async () => {
    const { port } = await silentPeer();
    const rpc = client([port]);
    await rpc.ready('market-data');
    const begin = performance.now();
    const failure = rpc.call(GAP, { gapId: 'x' }, { deadlineMs: 100 });
    await expect(failure).rejects.toMatchObject(transient('rpc.deadline_exceeded'));
    expect(performance.now() - begin).toBeLessThan(2_900); // without one of its own it would be 3,000
    expect(rpc.pendingCalls).toBe(0);
  });

  it('does not run when its deadline has passed', async () => {
    let ran = 0;
    const { port } = await service(() => (ran += 1));
    const answer = await raw(port, {
      v: 1,
      deadline: Date.now() - 1,
      caller: 't',
      token: TOKEN,
      body: { gapId: 'x' },
    });
    expect(answer).toContain('rpc.deadline_exceeded');
    expect(ran).toBe(0);
  });

  it('is sent once more after a restart of the only instance', async () => {
    const first = await testService(() => new Promise<number>(() => undefined));
    const rpc = client([first.port]);
    await rpc.ready('market-data');
    const calls = Array.from({ length: 50 }, (_, i) =>
      rpc.call(GAP, { gapId: String(i) }, { deadlineMs: 10_000 }),
    );
    await waitFor(() => rpc.pendingCalls === 50, { deadlineMs: 5_000, what: 'all calls are under way' });
    await first.close();
    await service((gapId) => Number(gapId), { RPC_PORT: String(first.port) });
    const answers = await Promise.all(calls);
    expect(answers.map(({ candles }) => candles)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(rpc.pendingCalls).toBe(0);
  });

  it('goes to the other instance when one is cut off', async () => {
    const dying = await testService(() => new Promise<number>(() => undefined));
    const healthy = await service(() => 7);
    const rpc = client([dying.port, healthy.port]);
    await Promise.all([
      rpc.call(GAP, { gapId: 'a' }, { deadlineMs: 100 }).catch(() => undefined),
      rpc.ready('market-data'),
    ]);
    const calls = Array.from({ length: 10 }, () => rpc.call(GAP, { gapId: 'x' }));
    await dying.close();
    for (const call of calls) await expect(call).resolves.toMatchObject({ candles: 7 });
  });

  it('is not repeated when its message is not idempotent', async () => {
    let ran = 0;
    const count = (): Promise<number> => {
      ran += 1;
      return new Promise(() => undefined);
    };
    const first = await testService(count);
    const rpc = client([first.port]);
    const failure = rpc.call({ ...GAP, idempotent: false }, { gapId: 'x' });
    const outcome = expect(failure).rejects.toMatchObject(transient('rpc.unavailable'));
    await waitFor(() => ran === 1, { deadlineMs: 2_000, what: 'the call arrived' });
    await first.close();
    await service(count, { RPC_PORT: String(first.port) });
    await outcome;
    expect(ran).toBe(1);
  });

  it('fails at once while a service is known to be away, and works when it comes back', async () => {
    const port = await freePort();
    const rpc = client([port]);
    const patient = rpc.call(GAP, { gapId: 'x' }, { deadlineMs: 200 });
    await expect(patient).rejects.toMatchObject(transient('rpc.unavailable'));
    const quick = (): Promise<boolean> => {
      const begin = performance.now();
      return rpc.call(GAP, { gapId: 'x' }, { deadlineMs: 3_000 }).then(
        () => false,
        () => performance.now() - begin < 100,
      );
    };
    await waitFor(quick, { deadlineMs: 15_000, what: 'calls fail without waiting' });
    await service(() => 3, { RPC_PORT: String(port) });
    await rpc.ready('market-data', 5_000);
    await expect(rpc.call(GAP, { gapId: 'x' })).resolves.toMatchObject({ candles: 3 });
  });

  it('is refused by a service that shuts down, and answered by another', async () => {
    const leaving = await service(() => 1);
    const staying = await service(() => 2);
    leaving.health.setDraining();
    const rpc = client([leaving.port, staying.port]);
    for (let i = 0; i < 6; i += 1) {
      await expect(rpc.call(GAP, { gapId: 'x' })).resolves.toMatchObject({ candles: 2 });
    }
  });

  it('opens the circuit to an instance that does not answer, and closes it when it does again', async () => {
    let hangs = true;
    const { port } = await service(() => (hangs ? new Promise<number>(() => undefined) : 4));
    const rpc = client([port]);
    await rpc.ready('market-data');
    const timeouts = Array.from({ length: 6 }, () => rpc.call(GAP, { gapId: 'x' }, { deadlineMs: 50 }));
    await Promise.allSettled(timeouts);
    // The service still hangs: whoever asked it would wait until the deadline, and say so.
    const refused = rpc.call(GAP, { gapId: 'x' }, { deadlineMs: 30_000 });
    await expect(refused).rejects.toMatchObject(transient('rpc.unavailable'));
    hangs = false;
    const answer = await waitFor(() => rpc.call(GAP, { gapId: 'x' }), {
      deadlineMs: 5_000,
      what: 'circuit closes',
    });
    expect(answer.candles).toBe(4);
  });
});

/** Writes bytes to the service and returns what it says until it closes the connection or one message came. */
async function raw(port: number, content: RpcEnvelope | string): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  const json = JSON.stringify({ pattern: GAP.name, data: content, id: '1' });
  socket.write(typeof content === 'string' ? content : `${json.length}#${json}`);
  let text = '';
  const done = once(socket, 'close');
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.includes('}}')) socket.destroy();
  });
  await done;
  return text;
}

describe('a service that is sent nonsense', () => {
  const frame = (value: unknown): string => {
    const json = JSON.stringify(value);
    return `${json.length}#${json}`;
  };

  it.each([
    ['bytes without a frame', 'x'.repeat(MAX_REQUEST_CHARS + 1)],
    ['a frame that is too long', `${MAX_REQUEST_CHARS * 2}#${'x'.repeat(MAX_REQUEST_CHARS + 1)}`],
    ['a length that is no number', 'GET / HTTP/1.1\r\nHost: x\r\n#\r\n'],
    ['a negative length', '-5#abc'],
    ['a frame that is not JSON', '3#{{{'],
  ])('cuts the connection after %s, and goes on serving others', async (_what, bytes) => {
    const { port } = await service(() => 1);
    const rpc = client([port]);
    await expect(raw(port, bytes)).resolves.toBe('');
    await expect(rpc.call(GAP, { gapId: 'x' })).resolves.toMatchObject({ candles: 1 });
  });

  it.each([
    ['no envelope', frame({ pattern: GAP.name, data: 'hello', id: '1' })],
    ['an envelope of another version', frame({ pattern: GAP.name, data: { v: 2, token: TOKEN }, id: '1' })],
    ['null', frame({ pattern: GAP.name, data: null, id: '1' })],
  ])('answers %s with an error that the sender can read', async (_what, bytes) => {
    const { port } = await service(() => 1);
    await expect(raw(port, bytes)).resolves.toContain('rpc.invalid_message');
  });
});
