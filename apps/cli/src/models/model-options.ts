import type { TargetOptions } from '../gateway/ask-gateway.js';

/** What every command about models takes. */
export interface ModelOptions extends TargetOptions {
  /** The reply of the API as it is. */
  readonly json?: boolean;
}

/** `har@1` as a path of the API. */
export function pathOf(model: string): string {
  return `/v1/models/${model.replace('@', '/')}`;
}
