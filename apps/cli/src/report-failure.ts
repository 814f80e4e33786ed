/**
 * Prints why a command failed: one sentence when somebody can act on it, a stack when it is our bug. Looks at the
 * error's `kind` instead of its class, so that a command which needs no service does not load them all.
 *
 * @returns the exit code, 1
 */
export function reportFailure(error: unknown, output: { write(text: string): unknown }): number {
  if (!(error instanceof Error)) {
    output.write(`btcf: failed for an unknown reason: ${String(error)}\n`);
    return 1;
  }
  const expected = 'kind' in error && error.kind !== 'bug';
  output.write(
    expected ? `btcf: ${error.message}\n` : `btcf: this is a bug: ${error.stack ?? error.message}\n`,
  );
  return 1;
}
