import { type Metadata, Metadata as GrpcMetadata, status, type StatusObject } from '@grpc/grpc-js';
import { problemOf } from '@btcforecast/platform';
import { QuotaError } from '../../quotas/quota-error.js';

const BY_HTTP: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  415: status.INVALID_ARGUMENT,
  422: status.INVALID_ARGUMENT,
  429: status.RESOURCE_EXHAUSTED,
  500: status.INTERNAL,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

export interface GrpcFailure extends Pick<StatusObject, 'code' | 'details'> {
  readonly metadata: Metadata;
  /** As REST would answer. */
  readonly problem: ReturnType<typeof problemOf>['body'];
}

/**
 * An error as gRPC says it: code and words, and in the trailers `error-code`; where it helps `retry-after` in seconds, and
 * `grpc-retry-pushback-ms`, which clients that retry by themselves obey; of a quota the `violated-policies`.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback
 */
export function grpcFailure(error: unknown, traceId: string): GrpcFailure {
  const { status: http, body, retryAfterSeconds } = problemOf(error, { instance: '', traceId });
  const metadata = new GrpcMetadata();
  metadata.set('error-code', body.code);
  if (retryAfterSeconds !== undefined) {
    metadata.set('retry-after', String(retryAfterSeconds));
    metadata.set('grpc-retry-pushback-ms', String(retryAfterSeconds * 1_000));
  }
  if (error instanceof QuotaError) metadata.set('violated-policies', error.refusal.policies.join(', '));
  const code = BY_HTTP[http] ?? status.UNKNOWN;
  return { code, details: body.detail, metadata, problem: body };
}
