/** refused: the address may not be reached from here; the others say how far the request came. */
export type FetchFailure = 'refused' | 'dns' | 'connection' | 'tls' | 'timeout';

/** A request that got no answer. Its message is fit for whoever chose the address: it names nothing of the inside. */
export class GuardedFetchError extends Error {
  override readonly name = 'GuardedFetchError';

  constructor(
    readonly failure: FetchFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const TIMEOUTS = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/;

/** What went wrong in undici, the socket or TLS, in our words. */
export function fetchErrorOf(error: unknown): GuardedFetchError {
  if (error instanceof GuardedFetchError) return error;
  const { code, name } = error as { code?: unknown; name?: string };
  const cause = { cause: error };
  const word = typeof code === 'string' ? code : (name ?? 'unknown');
  if (name === 'TimeoutError' || TIMEOUTS.has(word)) {
    return new GuardedFetchError('timeout', 'no answer in time', cause);
  }
  if (TLS.test(word)) return new GuardedFetchError('tls', `no secure connection: ${word}`, cause);
  return new GuardedFetchError('connection', `the connection failed: ${word}`, cause);
}
