import { NO_LIMITS } from '@btcforecast/contracts';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { describeWhen } from '@btcforecast/testing';
import { AppError } from '../errors/app-error.js';
import type { RpcClient } from './rpc-client.js';
import { FORECAST, GAP, testClient, type TestService, testService } from './rpc.fixture.js';

const open: (TestService | RpcClient)[] = [];

async function service(...args: Parameters<typeof testService>): Promise<TestService> {
  const started = await testService(...args);
  open.push(started);
  return started;
}

function client(...args: Parameters<typeof testClient>): RpcClient {
  const made = testClient(...args);
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

describe('a call', () => {
  it('carries the parsed body there and the checked reply back', async () => {
    const { port, metrics } = await service((gapId) => gapId.length);
    await expect(client([port]).call(GAP, { gapId: 'abcd' })).resolves.toEqual({
      state: 'repaired',
      candles: 4,
    });
    await expect(metrics.registry.getSingleMetricAsString('rpc_server_requests_total')).resolves.toContain(
      'message="market_data.repair_gap",outcome="ok",service="test",region="solo"} 1',
    );
  });

  it('keeps characters outside the basic plane and large bodies whole', async () => {
    const { port } = await service((gapId) => gapId.length);
    const gapId = '😀ä'.repeat(50_000);
    await expect(client([port]).call(GAP, { gapId })).resolves.toMatchObject({ candles: gapId.length });
  });

  it('gives each of 500 concurrent callers its own answer, in whatever order they come', async () => {
    const { port } = await service(async (gapId) => {
      for (let i = 0; i < Number(gapId) % 7; i += 1) await turn();
      return Number(gapId);
    });
    const rpc = client([port]);
    const ids = Array.from({ length: 500 }, (_, index) => index);
    const answers = await Promise.all(ids.map((id) => rpc.call(GAP, { gapId: String(id) })));
    expect(answers.map(({ candles }) => candles)).toEqual(ids);
    expect(rpc.pendingCalls).toBe(0);
  });

  it('keeps kind, code, message and details of an error of the other side', async () => {
    const { port } = await service(() => {
      throw new AppError('caller', 'instrument.unknown', 'no instrument XX-USD; see /v1/instruments', {
        n: 3,
      });
    });
    await expect(client([port]).call(GAP, { gapId: 'x' })).rejects.toMatchObject({
      name: 'AppError',
      kind: 'caller',
      code: 'instrument.unknown',
      message: 'no instrument XX-USD; see /v1/instruments',
      details: { n: 3 },
    });
  });

  it('hides what a bug says and logs it where it happened', async () => {
    const { port, log } = await service(() => {
      throw new TypeError('password is hunter2');
    });
    const failure = client([port]).call(GAP, { gapId: 'x' });
    await expect(failure).rejects.toMatchObject({
      kind: 'bug',
      code: 'internal.bug',
      message: 'internal error',
    });
    expect(JSON.stringify(log.lines.filter((line) => line['log.level'] === 'error'))).toContain('hunter2');
  });

  it('refuses a body that breaks the request schema', async () => {
    const { port } = await service(() => 1);
    await expect(client([port]).call(GAP, { gapId: 7 } as never)).rejects.toMatchObject({
      kind: 'caller',
      code: 'rpc.invalid_message',
      message: expect.stringContaining('gapId'),
    });
  });

  it('reports a reply that breaks the reply schema as a bug of the server', async () => {
    const { port, log } = await service(() => 'three' as never);
    await expect(client([port]).call(GAP, { gapId: 'x' })).rejects.toMatchObject({ kind: 'bug' });
    expect(JSON.stringify(log.lines)).toContain('reply of market_data.repair_gap breaks its schema');
  });

  it('refuses a wrong token before it looks at anything else', async () => {
    let ran = 0;
    const { port } = await service(() => (ran += 1));
    const stranger = client([port], { RPC_TOKEN: 'another-token-of-32-characters!!' });
    await expect(stranger.call(GAP, { gapId: 'x' })).rejects.toMatchObject({
      kind: 'caller',
      code: 'rpc.forbidden',
    });
    expect(ran).toBe(0);
  });

  it('tells a caller that nobody handles its message', async () => {
    const { port } = await service(() => 1);
    await expect(
      client([port]).call(FORECAST, { id: '0'.repeat(64), limits: NO_LIMITS }),
    ).rejects.toMatchObject({
      kind: 'bug',
      code: 'rpc.invalid_message',
    });
  });

  it('ends when its caller stops waiting, and forgets it', async () => {
    let answer = (): void => undefined;
    const { port } = await service(() => new Promise<number>((resolve) => (answer = () => resolve(1))));
    const rpc = client([port]);
    await rpc.ready('market-data');
    const failure = rpc.call(GAP, { gapId: 'x' }, { signal: AbortSignal.timeout(50) });
    await expect(failure).rejects.toMatchObject({ kind: 'transient', code: 'rpc.deadline_exceeded' });
    expect(rpc.pendingCalls).toBe(0);
    answer();
  });

  it('goes round all instances', async () => {
    const seen = [0, 0];
    const first = await service(() => (seen[0]! += 1));
    const second = await service(() => (seen[1]! += 1));
    const rpc = client([first.port, second.port]);
    await Promise.all([rpc.ready('market-data'), rpc.call(GAP, { gapId: 'warm' })]);
    await rpc.call(GAP, { gapId: 'warm' });
    for (let i = 0; i < 20; i += 1) await rpc.call(GAP, { gapId: 'x' });
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(10);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describeWhen(hasOpenssl, 'openssl is not installed')('mutual TLS', () => {
  it('lets in who shows a certificate of the common authority, and nobody else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'btcforecast-tls-'));
    try {
      const ours = certificates(folder, 'ours');
      const theirs = certificates(folder, 'theirs');
      const { port } = await service(() => 5, ours);
      await expect(client([port], ours).call(GAP, { gapId: 'x' })).resolves.toMatchObject({ candles: 5 });
      for (const env of [{}, theirs]) {
        const stranger = client([port], env).call(GAP, { gapId: 'x' }, { deadlineMs: 500 });
        await expect(stranger).rejects.toMatchObject({ kind: 'transient' });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function certificates(folder: string, name: string): Record<string, string> {
  const file = (kind: string): string => join(folder, `${name}-${kind}.pem`);
  const openssl = (...args: string[]): void => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...curve, '-subj', `/CN=${name}`, '-keyout', file('ca-key'), '-out', file('ca'));
  const issuer = ['-CA', file('ca'), '-CAkey', file('ca-key')];
  const subject = ['-subj', '/CN=service', '-addext', 'subjectAltName=IP:127.0.0.1'];
  openssl('req', '-x509', ...curve, ...issuer, ...subject, '-keyout', file('key'), '-out', file('cert'));
  return { RPC_TLS_CERT_FILE: file('cert'), RPC_TLS_KEY_FILE: file('key'), RPC_TLS_CA_FILE: file('ca') };
}
