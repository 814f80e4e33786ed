import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES, Problem } from '@btcforecast/contracts';
import { AppError, toAppError } from './app-error.js';
import { problemOf } from './problem-of.js';

const context = { instance: '/v1/forecasts/XX-USD', traceId: 'abc' };

describe('problemOf', () => {
  it('answers a caller with the status of its code and says what to do', () => {
    const error = new AppError('caller', 'instrument.unknown', 'no instrument XX-USD; see /v1/instruments');
    expect(problemOf(error, context)).toEqual({
      status: 404,
      body: {
        type: '/docs/errors#instrument.unknown',
        title: 'Not found',
        status: 404,
        detail: 'no instrument XX-USD; see /v1/instruments',
        instance: '/v1/forecasts/XX-USD',
        code: 'instrument.unknown',
        traceId: 'abc',
      },
    });
  });

  it('answers what should succeed later with 503 and a time to wait', () => {
    const plain = problemOf(new AppError('transient', 'rpc.unavailable', 'away'), context);
    expect(plain).toMatchObject({ status: 503, retryAfterSeconds: 2, body: { code: 'rpc.unavailable' } });
    const told = new AppError('transient', 'forecast.model_not_ready', 'loading', { retryAfterSeconds: 7 });
    expect(problemOf(told, context).retryAfterSeconds).toBe(7);
  });

  it.each([
    ['a thrown error', new TypeError('secret inside')],
    ['a thrown string', 'secret inside'],
    [
      'a bug with a code',
      new AppError('bug', 'rpc.invalid_message', 'secret inside', { secret: 'secret inside' }),
    ],
  ])('shows nothing of %s', (_what, error) => {
    const answer = problemOf(error, context);
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal.bug' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it.each([...ERROR_CODES])('gives %s a valid problem of every kind', (code) => {
    for (const kind of ['caller', 'transient', 'bug'] as const) {
      const { status, body } = problemOf(new AppError(kind, code, 'what to do'), context);
      expect(Problem.parse(body)).toEqual(body);
      expect(body.title).not.toBe('The request failed');
      // A quota that is used up passes, but whose fault it is does not change with that: RFC 6585, 429.
      if (!code.startsWith('quota.') || kind === 'bug') expect(status >= 500).toBe(kind !== 'caller');
    }
  });
});

describe('toAppError', () => {
  it('keeps an AppError and makes a bug of anything else, with its cause', () => {
    const known = new AppError('caller', 'request.invalid', 'x');
    expect(toAppError(known)).toBe(known);
    const cause = new RangeError('y');
    expect(toAppError(cause)).toMatchObject({ kind: 'bug', code: 'internal.bug', message: 'y', cause });
  });
});
