import fc from 'fast-check';
import { hostileText, hostileValue, MARK, spoiled } from './hostile-input.js';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
}
interface Described {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** An operation of the API document, as far as one must know it to ask it badly. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly inPath: readonly string[];
  readonly inQuery: readonly string[];
  readonly example: unknown;
  readonly bodyType: string;
  /** Documented ones. */
  readonly statuses: ReadonlySet<number>;
}

export function operationsOf({ paths }: { readonly paths: object }): Operation[] {
  return Object.entries(paths as Record<string, Record<string, Described>>).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, described]) => operationOf(verb.toUpperCase(), path, described)),
  );
}

function operationOf(
  method: string,
  path: string,
  { parameters = [], requestBody, responses }: Described,
): Operation {
  const names = (place: string) =>
    parameters.flatMap((each) => ('in' in each && each.in === place ? [each.name] : []));
  const [bodyType = 'application/json', media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return {
    ...{ name: `${method} ${path}`, method, path, inPath: names('path'), inQuery: names('query') },
    ...{ example: media?.example, bodyType, statuses: new Set(Object.keys(responses).map(Number)) },
  };
}

export interface HostileRequest {
  /** As it stands in the first line. */
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string | undefined;
}

/** The operation, asked with something wrong in its path, its query, its headers or its body. */
export function hostileRequest(operation: Operation): fc.Arbitrary<HostileRequest> {
  return fc.record({
    target: fc
      .tuple(pathOf(operation), queryOf(operation))
      .map(([path, query]) => (query === '' ? path : `${path}?${query}`)),
    headers: fc.tuple(typeOf(operation), fc.array(header, { maxLength: 2 })).map((lists) => lists.flat()),
    body: operation.method === 'GET' ? fc.constant(undefined) : bodyOf(operation),
  });
}

/** What is hidden from whoever only looks at parts of a path. */
const ENDINGS = [
  '/',
  '//',
  '/..',
  '/../../v1/keys',
  '%00',
  '%2f..%2f',
  ';x=1',
  '.json',
  '/%5c',
  '#x',
  '%',
  '?',
  '/*',
];

function pathOf({ path, inPath }: Operation): fc.Arbitrary<string> {
  const filled = fc
    .record(Object.fromEntries(inPath.map((name) => [name, hostileText])))
    .map((values) =>
      Object.entries(values).reduce(
        (text, [name, value]) =>
          text.replace(`{${name}}`, () => encodeURIComponent(value.toWellFormed()) || '%20'),
        path,
      ),
    );
  const ending = fc.oneof({ weight: 6, arbitrary: fc.constant('') }, fc.constantFrom(...ENDINGS));
  return fc.tuple(filled, ending).map(([text, end]) => text + end);
}

function queryOf({ inQuery }: Operation): fc.Arbitrary<string> {
  const name = inQuery.length > 0 ? fc.oneof(fc.constantFrom(...inQuery), hostileText) : hostileText;
  const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
  return fc
    .array(fc.tuple(name, hostileText), { maxLength: 3 })
    .map((pairs) => pairs.map(([key, value]) => `${encoded(key)}=${encoded(value)}`).join('&'));
}

const TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'application/json, text/html',
  'json',
  `*/${MARK}`,
];

function typeOf({ bodyType, method }: Operation): fc.Arbitrary<readonly string[]> {
  if (method === 'GET') return fc.constant([]);
  const right = { weight: 4, arbitrary: fc.constant([`content-type: ${bodyType}`]) };
  return fc.oneof(right, fc.constantFrom([], ...TYPES.map((type) => [`content-type: ${type}`])));
}

const HEADERS = [
  'accept',
  'accept-encoding',
  'content-encoding',
  'cookie',
  'idempotency-key',
  'if-none-match',
  'last-event-id',
  'origin',
  'range',
  'signature',
  'signature-input',
  'traceparent',
  'x-request-id',
  'x-request-timeout-ms',
];
/** Line breaks would end the header; what they do is tried apart. */
const header = fc.tuple(fc.constantFrom(...HEADERS), hostileText).map(
  ([name, text]) =>
    `${name}: ${Buffer.from(text.replace(/[\r\n\0]/g, ' '))
      .toString('latin1')
      .slice(0, 1_000)}`,
);

const BROKEN = [
  undefined,
  '',
  '{',
  '{"a":1,}',
  '\uFEFF{}',
  `{"${MARK}":`,
  `"${MARK}"`,
  '[[[[[[',
  '{"a":1}{"b":2}',
];
const DEEP = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
const HUGE = `{"${MARK}":"${'x'.repeat(1_000_000)}"}`;

function bodyOf({ example }: Operation): fc.Arbitrary<string | undefined> {
  const value = example === undefined ? hostileValue : spoiled(example);
  return fc.oneof(
    { weight: 7, arbitrary: value.map((each) => JSON.stringify(each)) },
    { weight: 2, arbitrary: fc.constantFrom(...BROKEN) },
    fc.constantFrom(DEEP, HUGE),
  );
}

/** The request as bytes; `credentials` are header lines. */
export function bytesOf(
  { method }: Operation,
  { target, headers, body }: HostileRequest,
  credentials: readonly string[],
): Buffer {
  const length = body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...['host: localhost', 'connection: close'],
    ...credentials,
    ...headers,
    ...length,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body ?? '')]);
}
