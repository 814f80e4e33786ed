import { BadRequestException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { AppError, toAppError } from '@btcforecast/platform';
import { requestErrorOf } from './request-error.js';

const fastifyError = (statusCode: number): Error => Object.assign(new Error('FST_ERR'), { statusCode });

describe('an error of the framework', () => {
  it.each([
    [new NotFoundException(), 'request.not_found'],
    [new BadRequestException(), 'request.invalid'],
    [fastifyError(413), 'request.too_large'],
    [fastifyError(414), 'request.uri_too_long'],
    [fastifyError(431), 'request.headers_too_large'],
    [fastifyError(415), 'request.unsupported_media_type'],
    [fastifyError(400), 'request.invalid'],
  ])('that blames the request becomes one of the caller: %s', (error, code) => {
    expect(requestErrorOf(error)).toMatchObject({ kind: 'caller', code, cause: error });
  });

  it.each([new ServiceUnavailableException(), fastifyError(500), new Error('boom'), undefined, 'text'])(
    'of any other sort counts as a bug: %s',
    (error) => {
      expect(toAppError(requestErrorOf(error)).kind).toBe('bug');
    },
  );
});

describe('an error of ours', () => {
  it('stays as it is', () => {
    const error = new AppError('caller', 'instrument.unknown', 'no such instrument');
    expect(requestErrorOf(error)).toBe(error);
  });

  it('is a bug when a service could not read the call of the gateway itself', () => {
    for (const code of ['rpc.forbidden', 'rpc.invalid_message'] as const) {
      const error = new AppError('caller', code, 'wrong token');
      expect(requestErrorOf(error)).toMatchObject({ kind: 'bug', code, cause: error });
    }
  });
});
