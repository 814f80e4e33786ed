import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { OAuthError } from '@btcforecast/access';
import type { OAuthErrorReply } from '@btcforecast/contracts';
import { type AppError, LOGGER, type Logger, problemOf, toAppError } from '@btcforecast/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestErrorOf } from '../http/request-error.js';

/** Characters that a description may not hold, RFC 6749, section 5.2. */
const NOT_IN_DESCRIPTION = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g;

/** Errors of the token endpoint, in the form that OAuth clients read, RFC 6749, section 5.2. */
@Catch()
export class OAuthErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) return;
    const error = toAppError(requestErrorOf(thrown));
    const { status, body, retryAfterSeconds } = problemOf(error, { instance: '', traceId: request.id });
    request.problem = body;
    if (error.kind !== 'caller')
      this.logger.warn({ requestId: request.id, err: error }, 'no token was issued');
    if (status === 401) reply.header('www-authenticate', 'Basic realm="btcforecast"');
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
    const answer: OAuthErrorReply = {
      error: codeOf(error),
      error_description: body.detail.replaceAll('"', "'").replace(NOT_IN_DESCRIPTION, ' '),
      error_uri: body.type,
    };
    void reply
      .code(status)
      .headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
      .type('application/json; charset=utf-8')
      .serializer(JSON.stringify)
      .send(answer);
  }
}

/** The last two are of section 4.1.2.1: the RFC has no words of its own for a token endpoint that cannot answer. */
function codeOf(error: AppError): string {
  if (error instanceof OAuthError) return error.error;
  if (error.kind === 'caller') return 'invalid_request';
  return error.kind === 'transient' ? 'temporarily_unavailable' : 'server_error';
}
