import { describe, expect, it } from '@jest/globals';
import { WsMessage } from '@btcforecast/contracts';
import fc from 'fast-check';
import { MessageBudget } from './message-budget.js';
import { problemMessage } from './ws-answers.js';
import { readMessage } from './ws-request.js';

describe('a message of a client', () => {
  it('is understood, with its defaults', () => {
    expect(readMessage('{"op":"subscribe","id":"a","type":["price"]}')).toEqual({
      id: 'a',
      request: { op: 'subscribe', id: 'a', type: ['price'], conflate: 'all' },
    });
  });

  it('that cannot be obeyed is answered with every field that is wrong, and with its id', () => {
    const read = readMessage('{"op":"subscribe","id":"a","horizon":["2h"],"instruments":["BTC-USD"]}');
    if (!('error' in read)) throw new Error('it was understood');
    const answer = problemMessage(read.id, read.error, 'trace');
    expect(WsMessage.parse(answer)).toMatchObject({
      type: 'error',
      id: 'a',
      problem: { status: 400, code: 'request.invalid', instance: '/v1/ws' },
    });
    const { problem } = WsMessage.parse(answer) as { problem: { errors: { pointer: string }[] } };
    expect(problem.errors.map(({ pointer }) => pointer).sort()).toEqual([
      'message/horizon/0',
      'message/instruments',
    ]);
  });

  it('of any kind is answered: nothing that is sent throws', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"op":"subscribe","id":${json}}`),
      fc.constantFrom('null', '[]', '{"__proto__":{"op":"ping"}}', '{"op":"ping"}', '{"op":"ping","id":""}'),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const read = readMessage(text);
        if ('error' in read) expect(read.error).toMatchObject({ kind: 'caller', code: 'request.invalid' });
        else expect(read.request.id).toBe(read.id);
      }),
    );
  });
});

describe('the budget of messages', () => {
  it('never allows more than the burst and what was earned since', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 200 }), (pauses) => {
        const budget = new MessageBudget(10, 5, 0);
        let now = 0;
        let allowed = 0;
        for (const pause of pauses) {
          now += pause;
          if (budget.take(now)) allowed += 1;
        }
        expect(allowed).toBeLessThanOrEqual(10 + (now / 1_000) * 5 + 1e-6);
      }),
    );
  });

  it('lets a client that keeps to the rate go on for ever', () => {
    const budget = new MessageBudget(1, 5, 0);
    for (let i = 1; i <= 100; i += 1) expect(budget.take(i * 200)).toBe(true);
  });
});
