import { isAppError, type Logger } from '@btcforecast/platform';

/**
 * Does what the next occasion does again if it fails. That something is away for a moment is no news; anything else is.
 *
 * @param failure what did not happen, for the log
 */
export async function quietly(logger: Logger, failure: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const level = isAppError(error) && error.kind === 'transient' ? 'debug' : 'error';
    logger[level]({ err: error }, failure);
  }
}
