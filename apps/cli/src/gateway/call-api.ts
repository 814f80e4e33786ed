import { ApiError, type ApiClient, createApiClient } from '@btcforecast/api-client';
import { ERROR_CODES, type ErrorCode } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { gatewayTarget, type TargetOptions } from './ask-gateway.js';

/**
 * What the API answers to one call of its client, which repeats what may be repeated.
 *
 * @throws AppError in the words of the API; transient rpc.unavailable when it does not answer
 */
export async function callApi<T>(options: TargetOptions, call: (api: ApiClient) => Promise<T>): Promise<T> {
  const { url, key } = gatewayTarget(options);
  try {
    return await call(createApiClient({ baseUrl: url, credentials: key, retries: 2 }));
  } catch (error) {
    if (error instanceof ApiError) throw refusal(error);
    const text = `the gateway at ${url} does not answer (${(error as Error).name}): is it running? btcf doctor says more`;
    throw new AppError('transient', 'rpc.unavailable', text, {}, { cause: error });
  }
}

function refusal(error: ApiError): AppError {
  const known = ERROR_CODES.find((code): code is ErrorCode => code === error.code) ?? 'request.invalid';
  const kind = error.status >= 500 ? 'transient' : 'caller';
  return new AppError(kind, known, error.problem?.detail ?? error.message, {}, { cause: error });
}
