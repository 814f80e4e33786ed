import { unreadable } from './inference-error.js';

/** Parameters of a request to load or unload, whichever way it came. */
export type LoadParameters = { readonly version?: number | null | undefined } & Readonly<
  Record<string, unknown>
>;

/**
 * Which version is meant; null: none was named.
 *
 * @throws AppError caller request.invalid when a model is to be made of what was sent, which is done elsewhere
 */
export function versionToLoad(parameters: LoadParameters | null | undefined): number | null {
  const names = Object.keys(parameters ?? {});
  if (names.some((name) => name === 'config' || name.startsWith('file:'))) {
    throw unreadable(
      'config and file parameters are not taken: models come from the registry, checked; upload yours with POST /v1/models',
    );
  }
  return parameters?.version ?? null;
}
