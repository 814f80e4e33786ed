import { AppError } from '@btcforecast/platform';

/** A request that cannot be read as one of the protocol. */
export function unreadable(message: string): AppError {
  return new AppError('caller', 'request.invalid', message);
}

/** Tensors that no model here takes. */
export function unfit(message: string): AppError {
  return new AppError('caller', 'inference.invalid', message);
}
