import { z } from 'zod';

/** Error codes: a closed set; each has a paragraph in docs/errors.md, reached by the problem's `type`. */
export const ERROR_CODES = [
  'request.invalid',
  'request.cursor_invalid',
  'request.not_found',
  'request.method_not_allowed',
  'request.too_large',
  'request.uri_too_long',
  'request.headers_too_large',
  'request.timeout',
  'request.unsupported_media_type',
  'request.deadline_exceeded',
  'access.unauthenticated',
  'access.token_invalid',
  'access.signature_required',
  'access.signature_invalid',
  'access.forbidden',
  'access.address_not_allowed',
  'access.grant_too_wide',
  'access.last_keeper',
  'access.login_failed',
  'access.csrf_failed',
  'access.too_many_attempts',
  'key.not_found',
  'key.conflict',
  'tenant.not_found',
  'tenant.conflict',
  'user.not_found',
  'user.conflict',
  'session.not_found',
  'audit.unavailable',
  'audit.broken',
  'quota.exceeded',
  'quota.concurrency',
  'idempotency.key_invalid',
  'idempotency.key_reused',
  'idempotency.in_progress',
  'idempotency.secret_not_replayable',
  'oauth_client.not_found',
  'oauth_client.conflict',
  'signing_key.not_found',
  'signing_key.conflict',
  'instrument.unknown',
  'stream.limit_reached',
  'stream.origin_refused',
  'stream.subscription_unknown',
  'stream.upgrade_required',
  'candle.interval_not_served',
  'forecast.not_found',
  'forecast.none_yet',
  'forecast.insufficient_history',
  'forecast.model_not_ready',
  'forecast.not_reproducible',
  'forecast.journal_full',
  'model.not_found',
  'model.refused',
  'model.conflict',
  'inference.invalid',
  'inference.not_loaded',
  'inference.failed',
  'inference.busy',
  'backtest.not_found',
  'backtest.conflict',
  'backtest.out_of_range',
  'webhook.not_found',
  'webhook.refused',
  'webhook.conflict',
  'alert.not_found',
  'alert.conflict',
  'track_record.not_entered',
  'track_record.broken',
  'market.venue_unavailable',
  'market.nonsense_reply',
  'market.clock_unknown',
  'rpc.deadline_exceeded',
  'rpc.unavailable',
  'rpc.forbidden',
  'rpc.invalid_message',
  'job.invalid_payload',
  'queue.unavailable',
  'notification.undeliverable',
  'mlflow.unavailable',
  'database.unavailable',
  'service.not_ready',
  'service.overloaded',
  'import.bad_line',
  'import.bad_file',
  'config.invalid',
  'internal.bug',
] as const;
export const ErrorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** Problem details for HTTP APIs, RFC 9457. */
export const Problem = z
  .object({
    type: z
      .string()
      .describe('Stable address of the paragraph that explains this problem, or its registered type'),
    title: z.string().describe('What kind of problem it is; the same for every occurrence'),
    status: z.number().int().min(400).max(599).describe('HTTP status code'),
    detail: z.string().describe('What was wrong this time and what to do'),
    instance: z.string().describe('Path of the request'),
    code: ErrorCode.describe('Machine-readable code'),
    traceId: z.string().describe('Name this when you ask for help'),
    'violated-policies': z
      .array(z.string())
      .optional()
      .describe('Names of the quota policies that refuse the request, as in RateLimit-Policy'),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('Where in the request, e.g. query/limit'),
          detail: z.string().describe('What was wrong there'),
        }),
      )
      .optional()
      .describe('Every invalid field of the request'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
