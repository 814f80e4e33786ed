import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { RPC_CANCEL } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import type { RpcCall } from './rpc-call.js';
import { GAP, testClient, testService, TOKEN } from './rpc.fixture.js';

const open: { close(): unknown }[] = [];

function kept<T extends { close(): unknown }>(one: T): T {
  open.push(one);
  return one;
}

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const never = (): Promise<number> => new Promise(() => undefined);

/** Sends messages as they stand, all in one piece, and returns what is answered until `answers` of them came. */
async function raw(port: number, messages: readonly object[], answers: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const frames = messages.map((message) => JSON.stringify(message)).map((text) => `${text.length}#${text}`);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.split('isDisposed').length > answers) socket.destroy();
  });
  socket.write(frames.join(''));
  await once(socket, 'close');
  return text;
}

function callMessage(name: string, id: string) {
  const data = { v: 1, deadline: Date.now() + 5_000, caller: 't', token: TOKEN, call: name };
  return { pattern: GAP.name, data: { ...data, body: { gapId: name } }, id };
}

describe('the handler of a call', () => {
  it('is told when the caller goes away', async () => {
    const calls: RpcCall[] = [];
    const service = kept(
      await testService((_gapId, call) => {
        calls.push(call);
        return never();
      }),
    );
    const caller = new AbortController();
    const answer = kept(testClient([service.port])).call(GAP, { gapId: 'x' }, { signal: caller.signal });
    const outcome = expect(answer).rejects.toMatchObject({ code: 'rpc.deadline_exceeded' });
    await waitFor(() => calls.length === 1, { deadlineMs: 2_000, what: 'the call arrived' });
    expect(calls[0]?.signal.aborted).toBe(false);
    caller.abort();
    await outcome;
    await waitFor(() => calls[0]?.signal.aborted, { deadlineMs: 2_000, what: 'the handler knows' });
    expect(() => calls[0]?.assertWanted()).toThrow('the caller stopped waiting');
  });

  it('is told when the deadline passes, and not after it has answered', async () => {
    const calls: RpcCall[] = [];
    const over = Promise.withResolvers<undefined>();
    const service = kept(
      await testService(async (gapId, call) => {
        calls.push(call);
        expect(call.signal.aborted).toBe(false);
        if (gapId === 'slow') await over.promise;
        return 1;
      }),
    );
    const rpc = kept(testClient([service.port]));
    await expect(rpc.call(GAP, { gapId: 'slow' }, { deadlineMs: 100 })).rejects.toMatchObject({
      code: 'rpc.deadline_exceeded',
    });
    await waitFor(() => calls[0]?.signal.aborted, { deadlineMs: 2_000, what: 'the handler knows' });
    over.resolve(undefined);
    await rpc.call(GAP, { gapId: 'quick' }, { deadlineMs: 100 });
    const deadline = calls[1]?.deadline ?? 0;
    await waitFor(() => Date.now() > deadline + 20, { deadlineMs: 2_000, what: 'that deadline is over' });
    expect(calls[1]?.signal.aborted).toBe(false);
  });

  it('does not run when its cancellation was read first', async () => {
    const ran: string[] = [];
    const service = kept(
      await testService((gapId) => {
        ran.push(gapId);
        return 1;
      }),
    );
    const cancel = (call: string, token = TOKEN) => ({ pattern: RPC_CANCEL, data: { call, token } });
    const messages = [
      cancel('gone'),
      cancel('kept', 'another-token-of-32-characters!!'),
      { pattern: RPC_CANCEL, data: 'nonsense' },
      callMessage('gone', '1'),
      callMessage('kept', '2'),
    ];
    const text = await raw(service.port, messages, 2);
    expect(text).toContain('the caller stopped waiting');
    expect(ran).toEqual(['kept']);
  });

  it('whose work waits for its turn never begins what nobody waits for', async () => {
    let turn = Promise.resolve();
    const begun: number[] = [];
    const service = kept(
      await testService(async (_gapId, call) => {
        const work = turn.then(async () => {
          call.assertWanted();
          begun.push(call.deadline - Date.now());
          await delay(10);
        });
        turn = work.catch(() => undefined);
        await work;
        return 1;
      }),
    );
    const rpc = kept(testClient([service.port]));
    await rpc.ready('market-data');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) => rpc.call(GAP, { gapId: String(i) }, { deadlineMs: 200 })),
    );
    await turn;
    const served = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(served).toBeGreaterThan(0);
    expect(begun.length).toBeLessThan(60);
    expect(Math.min(...begun)).toBeGreaterThan(0);
  });
});

describe('a call of somebody impatient', () => {
  it('ends at its own deadline and keeps nobody else from asking', async () => {
    const service = kept(await testService((gapId) => (gapId === 'hangs' ? never() : 5)));
    const rpc = kept(testClient([service.port]));
    await rpc.ready('market-data');
    const hasty = Array.from({ length: 100 }, () =>
      rpc.call(GAP, { gapId: 'hangs' }, { deadlineMs: 20, impatient: true }),
    );
    for (const call of hasty) await expect(call).rejects.toMatchObject({ code: 'rpc.deadline_exceeded' });
    await expect(rpc.call(GAP, { gapId: 'x' })).resolves.toMatchObject({ candles: 5 });
    expect(rpc.pendingCalls).toBe(0);
  });

  it('does not find out whether an instance answers again, nor keep it shut', async () => {
    let hangs = true;
    const service = kept(await testService(() => (hangs ? never() : 4)));
    const rpc = kept(testClient([service.port]));
    await rpc.ready('market-data');
    const patient = Array.from({ length: 6 }, () => rpc.call(GAP, { gapId: 'x' }, { deadlineMs: 50 }));
    await Promise.allSettled(patient);
    const hasty = (deadlineMs = 1) => rpc.call(GAP, { gapId: 'x' }, { deadlineMs, impatient: true });
    await expect(hasty(5_000)).rejects.toMatchObject({ code: 'rpc.unavailable' });
    hangs = false;
    const answered = async () => {
      await hasty().catch(() => undefined);
      return rpc.call(GAP, { gapId: 'x' });
    };
    const answer = await waitFor(answered, { deadlineMs: 5_000, what: 'the circuit closes' });
    expect(answer.candles).toBe(4);
  });

  it('is not sent when nobody waits any more', async () => {
    let ran = 0;
    const service = kept(await testService(() => (ran += 1)));
    const rpc = kept(testClient([service.port]));
    await rpc.ready('market-data');
    const gone = rpc.call(GAP, { gapId: 'x' }, { signal: AbortSignal.abort() });
    await expect(gone).rejects.toMatchObject({ code: 'rpc.deadline_exceeded' });
    await rpc.call(GAP, { gapId: 'x' });
    expect(ran).toBe(1);
  });
});
