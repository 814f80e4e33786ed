import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@btcforecast/testing';
import { parse } from 'yaml';
import { join } from 'node:path';
import { multiRegionFile } from './compose-file.js';
import { digestOf, parseReference } from './image-digests.js';
import { IMAGES } from './images.js';
import { readRegion } from './region.js';

const sha = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** As a registry stores it: an index that names one manifest for each platform. */
const INDEX = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: ['amd64', 'arm64'].map((architecture) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: sha(architecture),
    size: 1_234,
    platform: { architecture, os: 'linux' },
  })),
});

describe('digests of images', () => {
  let server: Server;
  let origin: string;
  const asked: { path: string; accept: string | undefined }[] = [];

  beforeAll(async () => {
    server = createServer((request, reply) => {
      const { pathname, searchParams } = new URL(String(request.url), origin);
      asked.push({ path: pathname, accept: request.headers.accept });
      if (pathname === '/token') {
        reply.end(JSON.stringify({ token: `for ${searchParams.get('scope')}` }));
      } else if (pathname.includes('closed') && !request.headers.authorization) {
        const scope = 'repository:closed/image:pull';
        const challenge = `Bearer realm="${origin}/token",service="registry",scope="${scope}"`;
        reply.writeHead(401, { 'www-authenticate': challenge }).end();
      } else if (pathname.includes('forged')) {
        reply.writeHead(200, { 'docker-content-digest': sha('something else') }).end(INDEX);
      } else if (pathname.includes('busy')) {
        reply.writeHead(429).end();
      } else if (/\/v2\/(library\/redis|closed\/image)\/manifests\/7$/.test(pathname)) {
        reply.writeHead(200, { 'docker-content-digest': sha(INDEX) }).end(INDEX);
      } else reply.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  it('are of what a tag points to on all platforms', async () => {
    expect(await digestOf('redis:7', () => origin)).toBe(sha(INDEX));
    expect(asked[0]).toEqual({
      path: '/v2/library/redis/manifests/7',
      accept: expect.stringMatching(/^application\/vnd\.oci\.image\.index/),
    });
  });

  it('are had with the token that a registry gives to anybody', async () => {
    expect(await digestOf('quay.io/closed/image:7', () => origin)).toBe(sha(INDEX));
  });

  it.each([
    ['redis:9', /there is no image redis:9/],
    ['forged/image:7', /says that forged\/image:7 is sha256:.* do not use it/],
    ['busy/image:7', /gave no manifest: status 429/],
    ['redis', /redis has no tag/],
  ])('are refused for %s, and it is said why', async (image, message) => {
    await expect(digestOf(image, () => origin)).rejects.toThrow(message);
  });

  it('are looked for at the registry that the name says', () => {
    expect(Object.values(IMAGES).map((image) => parseReference(image).host)).toEqual(
      expect.arrayContaining(['registry-1.docker.io', 'quay.io', 'docker.elastic.co']),
    );
    expect(parseReference('haproxy:3.2')).toMatchObject({ repository: 'library/haproxy', tag: '3.2' });
    expect(parseReference('localhost:5000/a/b:1')).toMatchObject({
      host: 'localhost:5000',
      repository: 'a/b',
    });
  });

  it('stand in the compose files once they are locked', () => {
    const region = readRegion(join(repositoryRoot, 'deploy', 'regions', 'us-east.env'));
    const lock = { [IMAGES.nginx]: sha('nginx') };
    const file = parse(multiRegionFile([{ ...region, spillsTo: [] }], lock), {
      merge: true,
      version: '1.1',
      maxAliasCount: -1,
    });
    expect(file.services['us-east-nginx'].image).toBe(`${IMAGES.nginx}@${sha('nginx')}`);
    expect(file.services['us-east-haproxy'].image).toBe(IMAGES.haproxy);
  });
});
