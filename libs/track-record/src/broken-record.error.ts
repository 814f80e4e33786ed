/** The record does not hold together; the message names the first place where it breaks, and how. */
export class BrokenRecordError extends Error {
  override readonly name = 'BrokenRecordError';
}
