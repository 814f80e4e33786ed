import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostileText, hostileValue, MARK, spoiled } from '../testing/hostile-input.js';
import { type RawAnswer, rawRequest } from '../testing/raw-bytes.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly example?: unknown;
}
interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: unknown;
  readonly bodyType: string;
  readonly statuses: ReadonlySet<string>;
}
interface Described {
  readonly parameters?: Parameter[];
  readonly requestBody?: { content: Record<string, { example?: unknown }> };
  readonly responses: Record<string, unknown>;
}

/** Streams do not end by themselves; what they do with bad input is in their own tests. */
const ENDLESS = new Set(['GET /v1/stream', 'GET /v1/ws']);
const RUNS_PER_OPERATION = 12;
const GROWTH_BYTES = 40 * 1024 * 1024;

let fixture: Fixture;
let admin: string;
let operations: Operation[];

beforeAll(async () => {
  fixture = await startFixture();
  admin = await fixture.addKey({ roles: ['admin'] });
  const response = await fetch(`${fixture.url}/openapi.json`);
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, Described>> };
  operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => operationOf(method.toUpperCase(), path, described)),
  );
  operations = operations.filter(({ name }) => !ENDLESS.has(name));
});
afterAll(() => fixture.close());

function operationOf(method: string, path: string, described: Described): Operation {
  const [bodyType = 'application/json', media] =
    Object.entries(described.requestBody?.content ?? {})[0] ?? [];
  return {
    ...{ name: `${method} ${path}`, method, path, parameters: described.parameters ?? [] },
    ...{ body: media?.example, bodyType, statuses: new Set(Object.keys(described.responses)) },
  };
}

interface Sent {
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string | undefined;
}

/** An operation asked with something wrong in its path, its query, its headers or its body. */
function requestTo(operation: Operation): fc.Arbitrary<Sent> {
  const { parameters, body } = operation;
  const queries = parameters.filter((each) => each.in === 'query').map(({ name }) => name);
  const name = queries.length > 0 ? fc.oneof(fc.constantFrom(...queries), hostileText) : hostileText;
  return fc.record({
    target: fc
      .tuple(pathOf(operation), fc.array(fc.tuple(name, hostileText), { maxLength: 3 }))
      .map(([path, query]) => path + (query.length > 0 ? `?${query.map(pairOf).join('&')}` : '')),
    headers: fc.array(
      fc
        .tuple(
          fc.constantFrom(
            'accept',
            'if-none-match',
            'idempotency-key',
            'x-request-timeout-ms',
            'x-request-id',
            'range',
          ),
          hostileText.map(headerText),
        )
        .map(([header, value]) => `${header}: ${value}`),
      { maxLength: 2 },
    ),
    body: operation.method === 'GET' ? fc.constant(undefined) : bodyOf(body),
  });
}

const pairOf = ([name, value]: readonly [string, string]): string =>
  `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`;
/** Line breaks would end the header; those are tried in their own test. */
const headerText = (text: string): string =>
  Buffer.from(text.replace(/[\r\n\0]/g, ' '))
    .toString('latin1')
    .slice(0, 1_000);

function pathOf({ path, parameters }: Operation): fc.Arbitrary<string> {
  const names = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
  if (names.length === 0) return fc.constant(path);
  return fc
    .record(Object.fromEntries(names.map((name) => [name, hostileText])))
    .map((values) =>
      Object.entries(values).reduce(
        (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value.toWellFormed()) || '%20'),
        path,
      ),
    );
}

function bodyOf(example: unknown): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: (example === undefined ? hostileValue : spoiled(example)).map((value) =>
        JSON.stringify(value),
      ),
    },
    fc.constantFrom(
      undefined,
      '',
      '{',
      '{"a":1,}',
      '\uFEFF{}',
      `{"${MARK}":`,
      `"${MARK}"`,
      '[[[[[[',
      '{"a":1}{"b":2}',
    ),
    fc.constant(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
    fc.constant(`{"${MARK}":"${'x'.repeat(3_000_000)}"}`),
  );
}

function send({ method, bodyType }: Operation, { target, headers, body }: Sent): Promise<RawAnswer> {
  const length =
    body === undefined ? [] : [`content-type: ${bodyType}`, `content-length: ${Buffer.byteLength(body)}`];
  const head = [
    `${method} ${target} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    `authorization: Bearer ${admin}`,
    ...headers,
    ...length,
  ];
  const bytes = Buffer.concat([
    Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'),
    Buffer.from(body ?? ''),
  ]);
  return rawRequest(fixture.gateway.port, bytes);
}

/** What a page, a log or a shell might take for something to run. */
const ACTIVE = /<script|DROP TABLE|jndi|\{\{7|\$\(touch|passwd|\r\nset-cookie/i;

/** An answer may say which path it is about and which field was wrong, if that has a plain name; no value is echoed. */
function withoutNames(text: string): string {
  return text.replace(/"instance":"[^"<>]*"/, '').replace(/\b(query|body|path)(\/[\w.-]+)+/g, '');
}

function assertCivil(answer: RawAnswer, target: string): void {
  expect(answer.status).toBeGreaterThanOrEqual(200);
  expect(answer.status).toBeLessThan(500);
  if (answer.status < 400) return;
  expect(withoutNames(answer.text)).not.toContain(MARK);
  expect(answer.text).not.toMatch(ACTIVE);
  const type = answer.headers['content-type'] ?? '';
  if (target.startsWith('/v2')) expect(type).toMatch(/^application\/(json|problem\+json)/);
  else if (target.startsWith('/oauth')) expect(type).toMatch(/json/);
  else expect(type).toMatch(/^application\/problem\+json/);
}

const heapAfterCollection = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
};

describe('hostile input', () => {
  it('gets an answer of the caller’s own fault from every route, soon, without an echo', async () => {
    const before = heapAfterCollection();
    for (const operation of operations) {
      await fc.assert(
        fc.asyncProperty(requestTo(operation), async (sent) => {
          assertCivil(await send(operation, sent), sent.target);
        }),
        { numRuns: RUNS_PER_OPERATION, interruptAfterTimeLimit: 60_000 },
      );
    }
    expect(heapAfterCollection() - before).toBeLessThan(GROWTH_BYTES);
    expect((await fixture.get('/v1/instruments')).status).toBe(200);
  }, 240_000);

  it.each([
    [
      'a line break in a header',
      `GET /v1/instruments HTTP/1.1\r\nhost: x\r\nx-a: b\rset-cookie: ${MARK}\r\n\r\n`,
    ],
    [
      'two lengths',
      'POST /v1/backtests HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef',
    ],
    [
      'a length and chunks',
      'POST /v1/backtests HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an unknown method', `${MARK.toUpperCase()} / HTTP/1.1\r\nhost: x\r\n\r\n`],
    ['TRACE', `TRACE / HTTP/1.1\r\nhost: x\r\nx-secret: ${MARK}\r\nconnection: close\r\n\r\n`],
    ['no host', 'GET /v1/instruments HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['no protocol', `GET /${MARK}\r\n\r\n`],
    [
      'bytes that are no text',
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
    ],
    ['a path of dots', `GET /v1/../../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`],
    [
      'an encoded slash and nothing',
      `GET /v1/models/%2e%2e%2f%00/1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    ],
    ['a broken escape', `GET /v1/models/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`],
    ['a header that never ends', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['an address that never ends', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ])('%s is refused or answered, never echoed', async (_what, bytes) => {
    const answer = await rawRequest(fixture.gateway.port, bytes);
    expect(answer.status === 0 || (answer.status >= 400 && answer.status < 500)).toBe(true);
    expect(withoutNames(answer.text)).not.toContain(MARK);
  });

  it('sent a byte at a time is cut off, and holds up nobody else', async () => {
    const slow = rawRequest(
      fixture.gateway.port,
      `POST /v1/backtests HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
      40_000,
    );
    expect((await fixture.get('/v1/instruments')).status).toBe(200);
    expect((await slow).status).toBe(408);
  }, 60_000);
});
