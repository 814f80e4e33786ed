import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ACCEPTABLE_ID = /^[\w.:-]{8,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const MAX_LOGGED_PATH = 200;
/** Somebody will paste a key into an address one day. */
const KEY_TEXT = /btcf_[0-9a-z]{0,12}_[\w%-]*/i;

/** What names a request in replies and logs: the id its sender gave, else its trace, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  if (typeof given === 'string' && ACCEPTABLE_ID.test(given) && !KEY_TEXT.test(given)) return given;
  const traceparent = request.headers['traceparent'];
  const trace = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  return trace ?? randomUUID();
}

/** What may not stand in a path, RFC 3986, section 3.3. Escapes that are there already stay. */
const NOT_IN_PATH = /%(?![\da-f]{2})|[^\w\-.~%!$&'()*+,;=:@/]/gi;

/** The path of a request as a URI reference, which is what RFC 9457 has for `instance`: whatever was sent. */
export function instanceOf(url: string): string {
  return loggedPath(url).replace(
    NOT_IN_PATH,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** The path of a request without its query, fit for logs. */
export function loggedPath(url: string): string {
  const end = url.indexOf('?');
  const path = (end < 0 ? url : url.slice(0, end)).slice(0, MAX_LOGGED_PATH);
  return KEY_TEXT.test(path) ? path.replace(new RegExp(KEY_TEXT, 'gi'), 'btcf_…') : path;
}
