import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase, waitFor } from '@btcforecast/testing';
import { strangers } from '../logging/ecs.fixture.js';
import type { RpcClient } from '../rpc/rpc-client.js';
import { GAP, testClient } from '../rpc/rpc.fixture.js';
import { type Program, startProgram } from './program.fixture.js';

let database: TestDatabase;
const programs: Program[] = [];
const clients: RpcClient[] = [];

beforeAll(async () => {
  database = await testDatabase({ migrated: false });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const { child, exit } of programs.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
});
afterAll(() => database.drop());

function program(env: Record<string, string> = {}): Program {
  const started = startProgram({ DATABASE_URL: database.url, ...env });
  programs.push(started);
  return started;
}

describe('a service as a process', () => {
  it('tells its supervisor its ports when it is ready, and answers on them', async () => {
    const { ready } = program();
    const { name, internalPort, rpcPort } = await ready();
    expect(name).toBe('program');
    expect((await fetch(`http://127.0.0.1:${internalPort}/health/ready`)).status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${internalPort}/metrics`)).text();
    expect(metrics).toContain('events_flowing{service="program",region="solo"} 1');
    const client = testClient([rpcPort ?? 0]);
    clients.push(client);
    await expect(client.call(GAP, { gapId: 'x' })).resolves.toEqual({ state: 'repaired', candles: 1 });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'answers the calls it has, then ends with code 0, on %s',
    async (signal) => {
      const { child, exit, output, ready } = program();
      const { rpcPort } = await ready();
      const client = testClient([rpcPort ?? 0]);
      clients.push(client);
      const slow = client.call({ ...GAP, idempotent: false }, { gapId: 'slow/1' });
      await waitFor(() => client.pendingCalls === 1, { deadlineMs: 5_000, what: 'the call is under way' });
      await client.call(GAP, { gapId: 'behind it' });
      child.kill(signal);
      await expect(slow).resolves.toMatchObject({ state: 'repaired' });
      await expect(exit).resolves.toBe(0);
      const lines = output()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines.at(-1)).toMatchObject({ 'service.name': 'program', message: 'shut down' });
      expect(lines.map(strangers).flat()).toEqual([]);
    },
  );

  it('is unready while it drains', async () => {
    const { child, exit, ready } = program({ SHUTDOWN_DRAIN_MS: '1500' });
    const { internalPort, rpcPort } = await ready();
    child.kill('SIGTERM');
    const status = async (): Promise<boolean> =>
      (await fetch(`http://127.0.0.1:${internalPort}/health/ready`)).status === 503;
    await waitFor(status, { deadlineMs: 1_000, what: 'the service says that it is not ready' });
    const client = testClient([rpcPort ?? 0]);
    clients.push(client);
    await expect(client.call(GAP, { gapId: 'x' })).resolves.toMatchObject({ state: 'repaired' });
    await expect(exit).resolves.toBe(0);
  });

  it('ends when its supervisor dies', async () => {
    const { child, exit, ready } = program();
    await ready();
    child.disconnect();
    await expect(exit).resolves.toBe(0);
  });

  it('logs a rejection that nobody handles, and ends with code 1', async () => {
    const { child, exit, output, ready } = program();
    await ready();
    child.send('reject');
    await expect(exit).resolves.toBe(1);
    expect(output()).toContain('"log.level":"fatal"');
    expect(output()).toContain('nobody catches this');
  });

  it('ends with code 78 and one line per variable when the configuration is wrong', async () => {
    const { exit, output } = program({ DATABASE_URL: 'nonsense', RPC_TOKEN: 'short', LOG_LEVEL: 'loud' });
    await expect(exit).resolves.toBe(78);
    expect(output().match(/^ {2}[A-Z_]+: /gm)).toEqual([
      '  DATABASE_URL: ',
      '  RPC_TOKEN: ',
      '  LOG_LEVEL: ',
    ]);
  });

  it('ends with code 1 and says why when its port is taken', async () => {
    const { ready } = program();
    const { rpcPort } = await ready();
    const second = program({ RPC_PORT: String(rpcPort) });
    await expect(second.exit).resolves.toBe(1);
    expect(second.output()).toContain('EADDRINUSE');
  });

  it('loads no tracing library when no collector is configured', async () => {
    const { child, messages, ready } = program();
    await ready();
    child.send('modules');
    const answer = await waitFor(() => messages.find(({ type }) => type === 'modules'), {
      deadlineMs: 5_000,
      what: 'the answer',
    });
    expect(answer).toMatchObject({ tracing: false });
  });
});
