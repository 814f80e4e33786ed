/** Why the system cannot run, in one sentence for the person who started it. */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(
    message: string,
    /** 2: what was asked for is wrong; 1: something else is. */
    readonly exitCode: 1 | 2 = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function usageError(message: string): StartError {
  return new StartError(`${message} (see --help)`, 2);
}
