import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { describeWhen } from '@btcforecast/testing';
import { AddressPolicy } from './address-policy.js';
import { GuardedFetch, type GuardedRequest } from './guarded-fetch.js';
import { startNameServer, startServer } from './hostile-hosts.fixture.js';
import { hostResolver, type ResolveHost } from './resolve-host.js';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});
const closed = <T extends { close(): unknown }>(made: T): T => {
  cleanUp.push(() => made.close());
  return made;
};

const guard = (allowed: readonly string[], resolve?: ResolveHost) =>
  closed(new GuardedFetch({ policy: new AddressPolicy(allowed), ...(resolve && { resolve }) }));
const ask = (url: string, changes: Partial<GuardedRequest> = {}): GuardedRequest => ({
  url,
  method: 'POST',
  body: '{}',
  timeoutMs: 5_000,
  maxBytes: 100,
  ...changes,
});
const failure = (kind: string) => expect.objectContaining({ name: 'GuardedFetchError', failure: kind });

describe('a request to an address that somebody else chose', () => {
  it('reaches loopback where that is allowed, and brings back the answer', async () => {
    const server = closed(
      await startServer((request, response) => {
        response.writeHead(202, { 'x-method': request.method, 'set-cookie': ['a=1', 'b=2'] }).end('taken');
      }),
    );
    const fetcher = guard(['127.0.0.0/8', '::1/128']);
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '017700000001', '127.0.0.1.']) {
      const answer = await fetcher.request(ask(`http://${host}:${server.port}/hook`));
      expect(answer).toMatchObject({
        status: 202,
        truncated: false,
        headers: { 'x-method': 'POST', 'set-cookie': 'a=1' },
      });
      expect(answer.body.toString()).toBe('taken');
    }
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://017700000001/',
    'https://127.0.0.1./',
    'https://①②⑦.⓪.⓪.①/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::169.254.169.254]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/',
    'http://127.0.0.1/',
    'http://1.1.1.1/',
    'https://1.1.1.1:22/',
    'https://1.1.1.1:6379/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'ftp://1.1.1.1/',
    'not an address',
  ])('is refused for %s', async (url) => {
    await expect(guard([]).request(ask(url))).rejects.toEqual(failure('refused'));
  });

  it('does not tell whoever chose it which address a name has', async () => {
    const fetcher = guard([], () => Promise.resolve([{ address: '10.1.2.3', family: 4 }]));
    await expect(fetcher.request(ask('https://intranet.example/'))).rejects.toThrow(
      /^this address is not called: it leads to an address that is not public$/,
    );
  });

  it('is refused when one of several addresses of its name may not be reached', async () => {
    const fetcher = guard([], () =>
      Promise.resolve([
        { address: '93.184.216.34', family: 4 },
        { address: 'fd00:ec2::254', family: 6 },
      ]),
    );
    await expect(fetcher.request(ask('https://mixed.example/'))).rejects.toEqual(failure('refused'));
  });

  it('does not go to loopback when a name changes its answer', async () => {
    const outside = closed(await startServer((_request, response) => response.end('outside'), '127.0.0.2'));
    const inside = closed(
      await startServer((_request, response) => response.end('inside'), '127.0.0.1', outside.port),
    );
    const names = closed(await startNameServer([['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2', '127.0.0.1']]));
    const resolve = hostResolver([names.server]);
    const first = await guard(['127.0.0.2/32'], resolve).request(
      ask(`http://rebind.example:${outside.port}/`),
    );
    expect(first.body.toString()).toBe('outside');
    for (const _again of [1, 2]) {
      const fresh = guard(['127.0.0.2/32'], resolve); // with a connection to make
      await expect(fresh.request(ask(`http://rebind.example:${outside.port}/`))).rejects.toEqual(
        failure('refused'),
      );
    }
    expect(names.asked).toBe(3); // once for each connection: what was judged is what is used
    expect(inside.connections).toBe(0);
  });

  it('follows no redirect', async () => {
    const inside = closed(await startServer((_request, response) => response.end('inside')));
    const server = closed(
      await startServer((_request, response) => {
        response.writeHead(302, { location: `http://127.0.0.1:${inside.port}/admin` }).end();
      }),
    );
    const answer = await guard(['127.0.0.0/8']).request(ask(`http://127.0.0.1:${server.port}/`));
    expect(answer).toMatchObject({ status: 302 });
    expect(inside.connections).toBe(0);
  });

  it('uses no proxy of the environment', async () => {
    const proxy = closed(await startServer((_request, response) => response.end('proxied')));
    const server = closed(await startServer((_request, response) => response.end('direct')));
    const before = { ...process.env };
    cleanUp.push(() => Object.assign(process.env, { http_proxy: before['http_proxy'] ?? '' }));
    process.env['http_proxy'] = process.env['HTTP_PROXY'] = `http://127.0.0.1:${proxy.port}`;
    const answer = await guard(['127.0.0.0/8']).request(ask(`http://127.0.0.1:${server.port}/`));
    expect(answer.body.toString()).toBe('direct');
    expect(proxy.connections).toBe(0);
  });

  it('reads so much of the answer and no more', async () => {
    let sent = 0;
    const server = closed(
      await startServer((_request, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x'))) sent += 65_536;
        };
        response.on('drain', more);
        more();
      }),
    );
    const answer = await guard(['127.0.0.0/8']).request(
      ask(`http://127.0.0.1:${server.port}/`, { maxBytes: 1_000 }),
    );
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body).toHaveLength(1_000);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('is given up in time, whatever the other side does instead of answering', async () => {
    const silent = closed(await startServer(() => undefined));
    const dripping = closed(
      await startServer((_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('.'), 20);
        response.on('close', () => clearInterval(timer));
      }),
    );
    const fetcher = guard(['127.0.0.0/8']);
    for (const { port } of [silent, dripping]) {
      const request = ask(`http://127.0.0.1:${port}/`, { timeoutMs: 200, maxBytes: 1_000_000 });
      await expect(fetcher.request(request)).rejects.toEqual(failure('timeout'));
    }
    const never = guard([], () => new Promise(() => undefined));
    await expect(never.request(ask('https://silent.example/', { timeoutMs: 100 }))).rejects.toEqual(
      failure('timeout'),
    );
  });

  it('says what went wrong when there is no answer', async () => {
    const fetcher = guard(['127.0.0.0/8']);
    const rude = closed(createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    await once(rude.listen(0, '127.0.0.1'), 'listening');
    const { port } = rude.address() as AddressInfo;
    await expect(fetcher.request(ask(`http://127.0.0.1:${port}/`))).rejects.toEqual(failure('connection'));
    await expect(fetcher.request(ask(`https://127.0.0.1:${port}/`))).rejects.toEqual(failure('connection'));
    await expect(fetcher.request(ask('http://127.0.0.1:1/'))).rejects.toThrow(
      /the connection failed: ECONNREFUSED/,
    );
    const names = closed(await startNameServer([[]]));
    const nameless = guard([], hostResolver([names.server]));
    await expect(nameless.request(ask('https://nowhere.example/'))).rejects.toEqual(failure('dns'));
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
describeWhen(hasOpenssl, 'openssl is not installed')('a request over TLS', () => {
  it('reaches a server that proves its name, and no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'btcf-tls-'));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const subject = ['-subj', '/CN=hook.example', '-addext', 'subjectAltName=DNS:hook.example'];
    spawnSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert]);
    const server = closed(
      createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
        response.end('ok'),
      ),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const url = (name: string) => ask(`https://${name}:${port}/`);
    await expect(guard(['127.0.0.0/8'], resolve).request(url('hook.example'))).rejects.toEqual(
      failure('tls'),
    );
    const before = tls.getCACertificates('default');
    cleanUp.push(() => tls.setDefaultCACertificates(before));
    tls.setDefaultCACertificates([readFileSync(cert, 'utf8')]);
    const fetcher = guard(['127.0.0.0/8'], resolve);
    expect((await fetcher.request(url('hook.example'))).body.toString()).toBe('ok');
    await expect(fetcher.request(url('other.example'))).rejects.toEqual(failure('tls'));
  });
});
