/** The window holds too few candles for an honest answer. The caller waits for candles or loads more history. */
export class InsufficientHistoryError extends Error {
  override readonly name = 'InsufficientHistoryError';
}
