import {
  type InnerList,
  isInnerList,
  type Item,
  parseDictionary,
  serializeInnerList,
  serializeItem,
} from 'structured-headers';
import { type Fields, isResponse, type MessageParts, type RequestParts } from './http-message.js';
import { shown, SignatureError } from './signature.error.js';

const DEFAULT_PORTS = { http: /:80$/, https: /:443$/ } as const;
/** Printable characters and tabs: whatever else a value holds could end its line of the signature base. */
const ONE_LINE = /^[\t\x20-\x7e]*$/;

/** Derived components of a request, RFC 9421, section 2.2. */
const DERIVED: Readonly<Record<string, (request: RequestParts) => string>> = {
  '@method': ({ method }) => method,
  '@scheme': ({ scheme }) => scheme,
  '@authority': authorityOf,
  '@target-uri': (request) => `${request.scheme}://${authorityOf(request)}${request.target}`,
  '@request-target': ({ target }) => target,
  '@path': ({ target }) => splitTarget(target).path || '/',
  '@query': ({ target }) => splitTarget(target).query || '?',
};

/**
 * Value of a covered component in a message, one line of its signature base.
 *
 * @param item name and parameters; known are `req`, `key`, and `name` of `@query-param`. `sf`, `bs` and `tr` are not:
 *   nobody whose messages we read needs them, and a parameter that is skipped would leave something unsigned.
 * @throws SignatureError when the component is unknown, is not in the message, or its value is not one line of ASCII
 * @see RFC 9421, sections 2.1 and 2.2
 */
export function componentValue(message: MessageParts, [name, parameters]: Item): string {
  if (typeof name !== 'string' || name !== name.toLowerCase()) {
    throw new SignatureError('a component is a string in lower case');
  }
  const { req, ...own } = Object.fromEntries(parameters);
  const source = req === undefined ? message : requestOf(message, name, req);
  const value = name.startsWith('@') ? derived(source, name, own) : field(source.fields, name, own);
  if (ONE_LINE.test(value)) return value;
  throw new SignatureError(`the value of ${shown(name)} has characters that cannot be signed`);
}

type Parameters = Readonly<Record<string, unknown>>;

function requestOf(message: MessageParts, name: string, req: unknown): RequestParts {
  if (req === true && isResponse(message) && message.request) return message.request;
  throw new SignatureError(`${shown(name)} with req can be covered only in the response to a request`);
}

function derived(message: MessageParts, name: string, parameters: Parameters): string {
  if (name === '@query-param') return queryParameter(message, parameters);
  refuseParameters(name, parameters);
  if (name === '@status' && isResponse(message)) return String(message.status);
  const derive = Object.hasOwn(DERIVED, name) ? DERIVED[name] : undefined;
  if (!derive || isResponse(message))
    throw new SignatureError(`${shown(name)} is no component of this message`);
  return derive(message);
}

function field(fields: Fields, name: string, { key, ...parameters }: Parameters): string {
  refuseParameters(name, parameters);
  const lines = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (lines === undefined) throw new SignatureError(`there is no field ${shown(name)}`);
  const value = (typeof lines === 'string' ? [lines] : lines).map(unfolded).join(', ');
  return key === undefined ? value : dictionaryMember(name, value, key);
}

/** Without the white space around it, and with line folding replaced by one space (section 2.1). */
function unfolded(line: string): string {
  return line.replace(/\r?\n[ \t]+/g, ' ').replace(/^[ \t]+|[ \t]+$/g, '');
}

function dictionaryMember(name: string, value: string, key: unknown): string {
  const member = typeof key === 'string' ? parseOrThrow(name, value).get(key) : undefined;
  if (member === undefined) throw new SignatureError(`the field ${shown(name)} has no member of that key`);
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member);
}

function parseOrThrow(name: string, value: string): Map<string, Item | InnerList> {
  try {
    return parseDictionary(value);
  } catch (error) {
    throw new SignatureError(`the field ${shown(name)} is no dictionary`, { cause: error });
  }
}

/** Section 2.2.8: decoded as a form, then encoded again in one way, so that spellings do not matter. */
function queryParameter(message: MessageParts, { name, ...parameters }: Parameters): string {
  refuseParameters('@query-param', parameters);
  if (typeof name !== 'string' || isResponse(message)) {
    throw new SignatureError('"@query-param" names a parameter of a request');
  }
  const query = new URLSearchParams(splitTarget(message.target).query);
  const values = [...query].filter(([each]) => encoded(each) === name).map(([, value]) => value);
  const [value] = values;
  if (value === undefined || values.length > 1) {
    throw new SignatureError('the query must have the parameter that is covered exactly once');
  }
  return encoded(value);
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function refuseParameters(name: string, parameters: Parameters): void {
  if (Object.keys(parameters).length === 0) return;
  throw new SignatureError(`${shown(name)} has a parameter that is not known here; cover it without that`);
}

function authorityOf({ authority, scheme }: RequestParts): string {
  return authority.toLowerCase().replace(DEFAULT_PORTS[scheme], '');
}

function splitTarget(target: string): { path: string; query: string } {
  if (!target.startsWith('/')) throw new SignatureError('the target of the request must be a path');
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at) };
}
