import { createHmac, hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
const SESSION_TEXT = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** What a cookie says: which session, and the SHA-256 of its secret, hexadecimal. */
export interface PresentedSession {
  readonly id: string;
  readonly secretHash: string;
}

export interface NewSessionText extends PresentedSession {
  /** For the cookie, never stored. */
  readonly text: string;
}

/** A new session's `<id>.<secret>`, the secret 256 random bits. */
export function createSessionText(): NewSessionText {
  const id = randomUUID();
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { id, secretHash: hash('sha256', secret, 'hex'), text: `${id}.${secret}` };
}

/** Reads the text of a cookie; undefined when it does not have the form of one of ours. */
export function parseSessionText(text: string): PresentedSession | undefined {
  const [, id, secret] = SESSION_TEXT.exec(text) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  return { id, secretHash: hash('sha256', secret, 'hex') };
}

/**
 * What a page of ours sends along to show that it is ours: other sites can make a browser send the cookie, but not
 * read this. It follows from the cookie, so it belongs to one session and need not be stored.
 *
 * @see OWASP Cross-Site Request Forgery Prevention Cheat Sheet, tokens bound to the session by an HMAC
 */
export function csrfTokenOf(text: string): string {
  return createHmac('sha256', text).update('btcforecast csrf').digest('base64url');
}

export function isCsrfToken(given: string, text: string): boolean {
  const [found, expected] = [Buffer.from(given), Buffer.from(csrfTokenOf(text))];
  return found.length === expected.length && timingSafeEqual(found, expected);
}
