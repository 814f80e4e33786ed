import { hash } from 'node:crypto';

const DIGITS = 22;

/** An entity tag for these bytes, RFC 9110, section 8.8.3: strong, so for one form of the representation only. */
export function etagOf(body: string | Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, DIGITS)}"`;
}

/** The same for all forms of it, compressed ones included. */
export function weak(etag: string): string {
  return etag.startsWith('W/') ? etag : `W/${etag}`;
}

/** Whether a header If-None-Match names the tag: weak comparison, a list, or anything at all. RFC 9110, section 13.1.2. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header.trim() === '*') return true;
  const opaque = opaqueOf(etag);
  return header.split(',').some((each) => opaqueOf(each.trim()) === opaque);
}

function opaqueOf(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}
