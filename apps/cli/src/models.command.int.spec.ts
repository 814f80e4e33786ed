import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { UploadModelRequest } from '@btcforecast/contracts';
import { repositoryRoot } from '@btcforecast/testing';
import { main } from './main.js';

type Media = Record<string, { example?: unknown }>;
type Operation = { responses: Record<string, { content: Media }> };

const GRAPH = Buffer.from('a graph, as far as the command line can tell');
const SHA256 = createHash('sha256').update(GRAPH).digest('hex');
const SECRET = 'btcf_0a1b2c3d4e5f_secret';

let document: { paths: Record<string, Record<string, Operation>> };
let server: Server;
let folder: string;
let url: string;
let asked: { line: string; key: string | undefined; body: unknown }[];
let problem: object | undefined;
let stdout: string;
let stderr: string;

/** What the API document says that a route answers. */
function documented(method: string, path: string): { type: string; body: string } {
  const matches = (pattern: string) => new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const patterns = Object.keys(document.paths).filter(matches);
  const [pattern = ''] = patterns.toSorted((a, b) => a.split('{').length - b.split('{').length);
  const responses = document.paths[pattern]![method.toLowerCase()]!.responses;
  const [status = ''] = Object.keys(responses).filter((code) => Number(code) < 300);
  const [type, media] = Object.entries(responses[status]!.content)[0]!;
  const { example } = media;
  return { type, body: type.startsWith('text/') ? String(example) : JSON.stringify(withDigest(example)) };
}

/** The record names the digest of the graph that this server gives. */
const withDigest = (example: unknown): unknown =>
  example && typeof example === 'object' && 'card' in example ? { ...example, sha256: SHA256 } : example;

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

beforeAll(async () => {
  document = JSON.parse(
    await readFile(join(repositoryRoot, 'openapi', 'gateway.json'), 'utf8'),
  ) as typeof document;
  folder = await mkdtemp(join(tmpdir(), 'btcf-models-'));
  await writeFile(join(folder, 'key'), `${SECRET}\n`);
  server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const { method = '', url: address = '', headers } = request;
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      asked.push({ line: `${method} ${address}`, key: headers.authorization, body });
      if (problem) return response.writeHead(422).end(JSON.stringify(problem));
      if (address.endsWith('/graph')) return response.end(GRAPH);
      const answer = documented(method, address.replace(/\?.*/, ''));
      return response.writeHead(200, { 'content-type': answer.type }).end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  problem = undefined;
  stdout = '';
  stderr = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const models = (...words: string[]) =>
  main(['models', ...words, '--url', url, '--key-file', join(folder, 'key')]);
const lines = () => asked.map(({ line }) => line);

describe('btcf models', () => {
  it('lists versions as a table, with the key of the operator', async () => {
    expect(await models('list', '--status', 'shipped')).toBe(0);
    expect(asked).toEqual([
      { line: 'GET /v1/models?status=shipped&limit=100', key: `Bearer ${SECRET}`, body: undefined },
    ]);
    expect(stdout).toMatch(/^model +status +family +is +last verdict/);
    expect(stdout).toMatch(/^har@2 +shipped +har_blend +champion of BTC-USD +technical passed/m);
  });

  it('shows a record with its evaluations, moves and drift, or as JSON', async () => {
    expect(await models('show', 'har@2')).toBe(0);
    expect(lines()).toEqual(['GET /v1/models/har/2']);
    for (const part of ['har@2', '1 checks passed', 'better in shadow', 'coverage']) {
      expect(stdout).toContain(part);
    }
    stdout = '';
    expect(await models('show', 'har@2', '--json')).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ reference: 'har@2', drift: [{ test: 'coverage' }] });
  });

  it('prints the card and the history', async () => {
    expect(await models('card', 'har@2')).toBe(0);
    expect(stdout).toMatch(/^# har 2\n/);
    stdout = '';
    expect(await models('history', '--instrument', 'ETH-USD')).toBe(0);
    expect(stdout).toMatch(/^har@2 +champion of BTC-USD +- +configured$/m);
    expect(stdout).toMatch(/har-live@3 +key 0a1b2c3d4e5f +17 +better in shadow/);
    expect(lines()).toEqual(['GET /v1/models/har/2/card', 'GET /v1/models/aliases/ETH-USD?limit=100']);
  });

  it('promotes to challenger unless told otherwise, and rolls back, with a reason', async () => {
    expect(await models('promote', 'har@2', '--reason', 'looks better')).toBe(0);
    const champion = ['--alias', 'champion', '--override', '--reason', 'an emergency'];
    expect(await models('promote', 'har@2', ...champion)).toBe(0);
    expect(await models('rollback', 'har@2', '--reason', 'it is worse')).toBe(0);
    const instrument = 'BTC-USD';
    expect(asked).toMatchObject([
      {
        line: 'POST /v1/models/har/2/promote',
        body: { instrument, alias: 'challenger', reason: 'looks better', override: false },
      },
      { body: { instrument, alias: 'champion', reason: 'an emergency', override: true } },
      { line: 'POST /v1/models/har/2/rollback', body: { instrument, reason: 'it is worse' } },
    ]);
    expect(stdout).toContain('har-live@3');
  });

  it('uploads a graph with the manifest beside it', async () => {
    await writeFile(join(folder, 'model.onnx'), GRAPH);
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ name: 'mine', format: 1 }));
    expect(await models('upload', join(folder, 'model.onnx'))).toBe(0);
    const body = UploadModelRequest.parse(asked[0]?.body);
    expect(body).toEqual({
      name: 'mine',
      onnx: GRAPH.toString('base64'),
      manifest: { name: 'mine', format: 1 },
    });
    expect(asked[0]?.line).toBe('POST /v1/models');
  });

  it('says where a manifest was looked for, and how to name another', async () => {
    const elsewhere = await mkdtemp(join(folder, 'alone-'));
    await writeFile(join(elsewhere, 'model.onnx'), GRAPH);
    expect(await models('upload', join(elsewhere, 'model.onnx'))).toBe(1);
    expect(stderr).toContain(
      `${join(elsewhere, 'manifest.json')} is not there: name it with --manifest FILE`,
    );
    expect(asked).toEqual([]);
  });

  it('fails in the words of the registry', async () => {
    problem = {
      type: '/docs/errors#model.refused',
      title: 'What was sent was refused',
      status: 422,
      detail: 'mine was not accepted (evaluation 7): golden answers: row 0',
      instance: '/v1/models',
      code: 'model.refused',
      traceId: 't',
    };
    expect(await models('upload', join(folder, 'model.onnx'))).toBe(1);
    expect(stderr).toBe('btcf: mine was not accepted (evaluation 7): golden answers: row 0\n');
  });

  it('refuses a file that is too large or no manifest before it asks', async () => {
    await writeFile(join(folder, 'large.onnx'), Buffer.alloc(1024 * 1024 + 1));
    expect(await models('upload', join(folder, 'large.onnx'))).toBe(1);
    expect(stderr).toContain('has 1048577 bytes; 1048576 are the most');
    await writeFile(join(folder, 'list.json'), '[1]');
    expect(await models('upload', join(folder, 'model.onnx'), '--manifest', join(folder, 'list.json'))).toBe(
      1,
    );
    expect(stderr).toContain('is no manifest');
    expect(asked).toEqual([]);
  });

  it('downloads a version in the form of the shipped ones, and checks its digest', async () => {
    const out = join(folder, 'out');
    expect(await models('download', 'har@2', '--out', out)).toBe(0);
    expect(await readFile(join(out, 'model.onnx'))).toEqual(GRAPH);
    expect(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'))).toMatchObject({ name: 'har' });
    expect(await readFile(join(out, 'README.md'), 'utf8')).toMatch(/^# har 2/);
  });

  it.each([
    [['show', 'har'], '<name>@<version>'],
    [['promote', 'har@2'], '--reason'],
    [['list', '--status', 'x'], 'shipped, candidate, uploaded'],
  ])('refuses %j as a command line that cannot be understood', async (words, hint) => {
    expect(await models(...words)).toBe(2);
    expect(stderr).toContain(hint);
    expect(asked).toEqual([]);
  });
});
