import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import fc from 'fast-check';
import { hostileText, hostileValue, MARK } from '../testing/hostile-input.js';
import { bytesOf, hostileRequest, type Operation, operationsOf } from '../testing/hostile-request.js';
import { type RawAnswer, rawRequest } from '../testing/raw-bytes.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';
import { StreamClients } from '../testing/stream-clients.js';

/** Of each operation; there are about a hundred. */
const RUNS = 4;
const AT_ONCE = 4;
/** Heap after a second round, compared with after the first: caches are full then, and whatever still grows leaks. */
const GROWTH_BYTES = 12 * 1024 * 1024;
/** Node looks for slow requests every second, after ten. */
const CUT_OFF_MS = 20_000;
/** May be answered by any route, and are described once for all of them in docs/http.md. */
const ANYWHERE = new Set([404, 405, 408, 413, 414, 415, 422, 429, 431]);
/** What a page, a log or a shell might take for something to run. */
const ACTIVE = /<script|DROP TABLE|jndi|\{\{7|\$\(touch|passwd|\r\nset-cookie: zq/i;
const SLOW_TO: readonly [string, string][] = [
  ['POST /v1/backtests', 'content-type: application/json\r\ncontent-length: 900\r\n\r\n{'],
  ['POST /v1/webhooks', 'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1f4\r\n{'],
  [
    'POST /oauth/token',
    'content-type: application/x-www-form-urlencoded\r\ncontent-length: 900\r\n\r\ngrant',
  ],
  ['POST /v2/models/har/infer', 'content-length: 900\r\n\r\n{'],
  ['GET /v1/stream', 'x-slow: '],
  ['GET /v1/ws', 'upgrade: websocket\r\nconnection: upgrade\r\nx-slow: '],
];

const seed = Math.floor(Math.random() * 2 ** 31);
let fixture: Fixture;
let admin: string;
let operations: Operation[];
let slow: Promise<RawAnswer>[];
let asked = 0;

beforeAll(async () => {
  process.stdout.write(`hostile input: seed ${seed}\n`);
  fixture = await startFixture({ GATEWAY_TRUST_PROXY: 'loopback' });
  admin = await fixture.addKey({ roles: ['admin'] });
  operations = operationsOf((await (await fixture.get('/openapi.json')).json()) as { paths: object });
  slow = SLOW_TO.map(([line, rest]) => {
    const start = `${line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin}\r\n${rest}`;
    const trickle = { byte: '1', everyMs: 250 };
    return rawRequest(fixture.gateway.port, start, { withinMs: CUT_OFF_MS, trickle });
  });
});
afterAll(() => fixture?.close());

/** From an address of its own: whoever guesses credentials from one is soon not listened to. */
function credentials(): string[] {
  asked += 1;
  const address = `198.18.${(asked >> 8) & 255}.${asked & 255}`;
  return [`authorization: Bearer ${admin}`, `x-forwarded-for: ${address}`];
}

/**
 * An answer may say which request and path it is about, which field was wrong, and which model or tenant there is not,
 * if that has a plain name; no other value is echoed.
 */
function withoutNames(text: string): string {
  return text
    .replace(/(x-request-id: |"traceId":")[\w.:-]{8,128}/g, '')
    .replace(/"instance":"[\w\-.~%!$&'()*+,;=:@/]*"/, '')
    .replace(/\b(query|body|path)(\/[\w.-]+)+/g, '')
    .replace(/holds what is not known: [\w.-]+(, [\w.-]+)*/g, '')
    .replace(/there is (no|a) (model|tenant|version) [\w.@-]{1,100}/g, '');
}

function assertCivil({ statuses, name }: Operation, answer: RawAnswer): void {
  expect({
    name,
    status: answer.status,
    isKnown: statuses.has(answer.status) || ANYWHERE.has(answer.status),
  }).toEqual({ name, status: answer.status, isKnown: true });
  expect(answer.status).toBeLessThan(500);
  if (answer.status < 400) return;
  expect(withoutNames(answer.text)).not.toContain(MARK);
  expect(withoutNames(answer.text)).not.toMatch(ACTIVE);
  const type = answer.headers['content-type'] ?? '';
  const hasOwnForm = /^(POST \/oauth|\w+ \/v2)/.test(name);
  expect(type).toMatch(hasOwnForm ? /^application\/(problem\+)?json/ : /^application\/problem\+json/);
}

async function attack(operation: Operation): Promise<void> {
  const stopAtHead = operation.name === 'GET /v1/stream';
  const property = fc.asyncProperty(hostileRequest(operation), async (request) => {
    const bytes = bytesOf(operation, request, credentials());
    const answer = await rawRequest(fixture.gateway.port, bytes, { stopAtHead });
    // What was refused for its length may be lost with the connection, which is reset.
    if (answer.status === 0 && bytes.length > 100_000) return;
    assertCivil(operation, answer);
  });
  await fc.assert(property, { numRuns: RUNS, seed: seed + asked });
}

async function attackAll(): Promise<void> {
  const left = [...operations];
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) await attack(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const bugs = fixture.log.lines().filter(({ 'log.level': level }) => level === 'error' || level === 'fatal');
  expect(bugs).toEqual([]);
  fixture.log.text = '';
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('hostile input', () => {
  it('gets an answer of the caller’s own fault from every operation of the document, soon, without an echo, and costs no memory', async () => {
    await attackAll();
    const before = heapAfterCollection();
    await attackAll();
    expect(heapAfterCollection() - before).toBeLessThan(GROWTH_BYTES);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect((await fixture.get('/v1/instruments')).status).toBe(200);
  }, 120_000);

  const end = 'host: x\r\nconnection: close\r\n\r\n';
  it.each<[string, string | Buffer]>([
    ['a line break in a header', `GET /v1/instruments HTTP/1.1\r\nx-a: b\rset-cookie: ${MARK}\r\n${end}`],
    [
      'two lengths',
      'POST /v1/backtests HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef',
    ],
    [
      'a length and chunks',
      'POST /v1/backtests HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an unknown method', `${MARK.toUpperCase()} / HTTP/1.1\r\n${end}`],
    ['TRACE', `TRACE / HTTP/1.1\r\nx-secret: ${MARK}\r\n${end}`],
    ['no host', 'GET /v1/instruments HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['no protocol', `GET /${MARK}\r\n\r\n`],
    ['bytes that are no text', Buffer.from('16030102000100 01fc0303'.replace(' ', ''), 'hex')],
    ['a path of dots', `GET /v1/../../../etc/passwd HTTP/1.1\r\n${end}`],
    ['an encoded slash and nothing', `GET /v1/models/%2e%2e%2f%00/1 HTTP/1.1\r\n${end}`],
    ['a broken escape', `GET /v1/models/%zz HTTP/1.1\r\n${end}`],
    ['a page in a path', `GET /v1/<script>alert("${MARK}")</script> HTTP/1.1\r\n${end}`],
    ['an address of somewhere else', `GET http://169.254.169.254/${MARK} HTTP/1.1\r\n${end}`],
    ['a tunnel', `CONNECT 169.254.169.254:80 HTTP/1.1\r\n${end}`],
    ['a header that never ends', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['an address that never ends', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    [
      'an upgrade to what is not spoken',
      `GET /v1/instruments HTTP/1.1\r\nupgrade: h2c\r\nhost: x\r\nconnection: upgrade, close\r\n\r\n`,
    ],
    [
      'a WebSocket of no version',
      `GET /v1/ws HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: ${MARK}\r\n\r\n`,
    ],
  ])('%s is refused or answered, never echoed', async (_what, bytes) => {
    const answer = await rawRequest(fixture.gateway.port, bytes);
    expect(answer.status === 0 || (answer.status >= 400 && answer.status < 500)).toBe(true);
    expect(withoutNames(answer.text)).not.toContain(MARK);
    expect(answer.text).not.toMatch(/<script/);
  });

  it('over a WebSocket is answered or ends the connection, and never more', async () => {
    const clients = new StreamClients({ url: fixture.url, key: admin });
    const message = fc.oneof(
      hostileValue.map((value) => JSON.stringify(value)),
      hostileText,
      hostileText.map((id) => JSON.stringify({ type: 'subscribe', id, subscription: { type: [id] } })),
      hostileValue.map((value) => JSON.stringify({ type: 'unsubscribe', id: value })),
      fc.constant('['.repeat(100_000)),
    );
    const property = fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (texts) => {
      const client = await clients.ws();
      for (const text of texts) client.send(text);
      client.send('{"type":"last"}'); // answered after all others, unless one of them has ended it
      const isOver = () => client.closed !== undefined || client.messages.length > texts.length;
      await waitFor(isOver, { deadlineMs: 5_000, what: 'an answer to each, or the end' });
      // An error says by its id which message it is about; that is the client's own name for it.
      const said = client.messages.map((each) => ({ ...each, id: null }));
      expect(JSON.stringify([said, client.closed])).not.toMatch(ACTIVE);
      client.close();
    });
    await fc.assert(property, { numRuns: 15, seed });
    clients.closeAll();
  });

  it(
    'that comes a byte at a time is cut off on every kind of route, and holds up nobody else',
    async () => {
      expect((await fixture.get('/v1/instruments')).status).toBe(200);
      const answers = await Promise.all(slow);
      expect(answers.map(({ status }) => status)).toEqual(SLOW_TO.map(() => 408));
      for (const { text } of answers) expect(text).not.toContain('grant');
    },
    CUT_OFF_MS,
  );
});
