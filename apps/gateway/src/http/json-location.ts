/** The next token of JSON (RFC 8259), after white space. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-]))/y;
const SPACE = /[ \t\n\r]*/y;

type Expected = 'value' | 'name' | 'colon' | 'comma' | 'end';
/** What stands open: an object or a list, and whether it may be closed at once. */
interface State {
  readonly open: ('{' | '[')[];
  expected: Expected;
  mayClose: boolean;
}

/**
 * Where a text stops being JSON, as words for whoever wrote it: `line 2, column 7`. Node's own message leaves the place
 * out of short texts, and repeats what was sent. To be asked about texts that JSON.parse refused.
 */
export function jsonErrorPlace(text: string): string {
  const state: State = { open: [], expected: 'value', mayClose: false };
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match || !advance(state, match[1] ?? (match[2] === undefined ? 'literal' : 'string'))) break;
    at = TOKEN.lastIndex;
  }
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return placeOf(text, SPACE.lastIndex);
}

function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  const place = `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
  return offset >= text.length ? `its end, ${place}` : place;
}

/** Whether the token may stand here; if so, what may follow. */
function advance(state: State, token: string): boolean {
  const { expected } = state;
  if (token === '}' || token === ']') return close(state, token);
  state.mayClose = false;
  if (token === ',') return expected === 'comma' && next(state);
  if (token === ':') return expected === 'colon' && expect(state, 'value');
  if (token === 'string' && expected === 'name') return expect(state, 'colon');
  return expected === 'value' && begin(state, token);
}

/** After a comma: another member of what stands open. */
function next(state: State): boolean {
  return expect(state, state.open.at(-1) === '{' ? 'name' : 'value');
}

function begin(state: State, token: string): boolean {
  return token === '{' || token === '[' ? open(state, token) : valueEnds(state);
}

function open(state: State, token: '{' | '['): boolean {
  state.open.push(token);
  state.mayClose = true;
  return expect(state, token === '{' ? 'name' : 'value');
}

function close(state: State, token: '}' | ']'): boolean {
  const fits = state.open.at(-1) === (token === '}' ? '{' : '[');
  if (!fits || !(state.expected === 'comma' || state.mayClose)) return false;
  state.open.pop();
  state.mayClose = false;
  return valueEnds(state);
}

function valueEnds(state: State): boolean {
  return expect(state, state.open.length > 0 ? 'comma' : 'end');
}

function expect(state: State, expected: Expected): boolean {
  state.expected = expected;
  return true;
}
