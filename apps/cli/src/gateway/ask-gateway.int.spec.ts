import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InstrumentsReply } from '@btcforecast/contracts';
import { freePort } from '@btcforecast/testing';
import { askGateway, gatewayTarget } from './ask-gateway.js';

let server: Server | undefined;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'btcf-ask-'));
  process.env.BTCF_DATA_DIR = folder;
});
afterEach(async () => {
  delete process.env.BTCF_DATA_DIR;
  rmSync(folder, { recursive: true });
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

async function listen(handler: RequestListener): Promise<{ url: string; key: string }> {
  server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'btcf_key' };
}
const ask = (target: { url: string; key: string }) => askGateway(target, '/v1/instruments', InstrumentsReply);

describe('a question to the gateway', () => {
  it('shows the key and gives the checked reply', async () => {
    const target = await listen((request, response) => {
      const data = request.headers.authorization === 'Bearer btcf_key' ? [] : undefined;
      response.end(JSON.stringify({ data, source: 'demo', more: 1 }));
    });
    await expect(ask(target)).resolves.toEqual({ data: [], source: 'demo' });
  });

  it('fails in the words of the problem that came back', async () => {
    const problem = {
      type: '/docs/errors#x',
      title: 't',
      instance: '/',
      traceId: 't',
      detail: 'the key is wrong',
    };
    const target = await listen((_request, response) => {
      response.statusCode = 401;
      response.end(JSON.stringify({ ...problem, status: 401, code: 'access.unauthenticated' }));
    });
    const expected = { kind: 'caller', code: 'access.unauthenticated', message: 'the key is wrong' };
    await expect(ask(target)).rejects.toMatchObject(expected);
  });

  it.each([
    ['a page of something else', 200, '<html>hello</html>'],
    ['an error page of something else', 502, '<html>bad gateway</html>'],
    ['another API', 200, '{"data": 3}'],
  ])('says so when the address leads to %s', async (_what, status, text) => {
    const target = await listen((_request, response) => {
      response.statusCode = status;
      response.end(text);
    });
    await expect(ask(target)).rejects.toMatchObject({ kind: 'transient', code: 'rpc.invalid_message' });
  });

  it('says so when nobody listens, and does not follow elsewhere with the key', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await expect(ask({ url, key: 'x' })).rejects.toMatchObject({
      code: 'rpc.unavailable',
      message: expect.stringContaining(`${url} does not answer (ECONNREFUSED)`),
    });
    const target = await listen((_request, response) => response.writeHead(302, { location: url }).end());
    await expect(ask(target)).rejects.toMatchObject({ code: 'rpc.unavailable' });
  });
});

describe('where to ask', () => {
  const keyFile = () => {
    const file = join(folder, 'my.key');
    writeFileSync(file, 'btcf_mine\n');
    return file;
  };

  it('is what the options say', () => {
    const target = gatewayTarget({ url: 'http://there:1', keyFile: keyFile() });
    expect(target).toEqual({ url: 'http://there:1', key: 'btcf_mine' });
  });

  it('is the running system, with its key, unless the options say otherwise', () => {
    const system = { adminKeyFile: keyFile(), source: 'demo', feed: 'demo', gatewayUrl: 'http://here:2' };
    const run = { ...system, pid: process.pid, databaseUrl: 'postgres://x' };
    writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
    expect(gatewayTarget({})).toEqual({ url: 'http://here:2', key: 'btcf_mine' });
    expect(gatewayTarget({ url: 'http://there:1' })).toEqual({ url: 'http://there:1', key: 'btcf_mine' });
  });

  it('is unknown when nothing runs, and then it is said how to start', () => {
    expect(() => gatewayTarget({})).toThrow(/is not running on .*npm start/);
    expect(() => gatewayTarget({ url: 'http://there:1' })).toThrow(/--key-file/);
    expect(() => gatewayTarget({ url: 'http://there:1', keyFile: join(folder, 'none') })).toThrow(
      /no key can be read/,
    );
  });
});
