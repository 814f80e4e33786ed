/** What a message or its signature lacks; the text is fit to be shown to whoever sent it. */
export class SignatureError extends Error {}

const PLAIN_NAME = /^@?[a-z0-9-]{1,50}$/;

/** A component's name for a message, unless it is so strange that showing it could do harm. */
export function shown(name: unknown): string {
  return typeof name === 'string' && PLAIN_NAME.test(name) ? `"${name}"` : 'one of the components';
}
