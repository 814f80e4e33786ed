import type { TargetOptions } from '../gateway/ask-gateway.js';

/** What every command about models takes. */
export interface ModelOptions extends TargetOptions {
  /** The reply of the API as it is. */
  readonly json?: boolean;
}

/** Prints a reply as it is, or as people read it. */
export function printReply<T>(reply: T, { json }: ModelOptions, textOf: (reply: T) => string): void {
  process.stdout.write(json ? `${JSON.stringify(reply, null, 2)}\n` : textOf(reply));
}

/** `har@1` as a path of the API. */
export function pathOf(model: string): string {
  return `/v1/models/${model.replace('@', '/')}`;
}
