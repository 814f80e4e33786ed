import type { describe as Describe } from '@jest/globals';

/**
 * `describe`, but skipped with a reason where the condition does not hold. The reason stands inside the name in a
 * fixed form, from which the report of all tests reads it.
 */
export function describeWhen(condition: unknown, reason: string): (name: string, body: () => void) => void {
  // Jest's global, not an import: importing it outside a test run throws, and benches use this library too.
  const { describe } = globalThis as unknown as { describe: typeof Describe };
  if (condition) return (name, body) => describe(name, body);
  return (name, body) => describe.skip(`${name} [skipped: ${reason}]`, body);
}
