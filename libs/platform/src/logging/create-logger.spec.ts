import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../errors/app-error.js';
import { createLogger } from './create-logger.js';
import { strangers } from './ecs.fixture.js';
import { PinoNestLogger } from './pino-nest-logger.js';

type Line = Record<string, unknown>;

function recorder(level = 'debug', pretty = false) {
  const texts: string[] = [];
  const destination = { write: (line: string) => void texts.push(line) };
  const logger = createLogger('gateway', { level, region: 'eu', destination, pretty });
  return { texts, logger, lines: () => texts.map((text) => JSON.parse(text) as Line) };
}

describe('createLogger', () => {
  it('writes lines of the Elastic Common Schema, with service, version, region and an ISO time', () => {
    const { lines, logger } = recorder();
    logger.info({ ms: 3.25, instrument: 'BTC-USD', message: 'inner' }, 'forecast served');
    expect(lines()[0]).toMatchObject({
      'log.level': 'info',
      'ecs.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
      'service.name': 'gateway',
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
      'cloud.region': 'eu',
      'process.pid': process.pid,
      'event.duration': 3_250_000,
      'labels.instrument': 'BTC-USD',
      'labels.message': 'inner',
      message: 'forecast served',
    });
    expect(lines()[0]?.['@timestamp']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('gives errors their place, with causes, codes and details', () => {
    const { lines, logger } = recorder();
    const cause = new Error('socket closed');
    const error = new AppError(
      'transient',
      'queue.unavailable',
      'away; try again',
      { queue: 'q' },
      { cause },
    );
    logger.warn({ err: error }, 'job not added');
    logger.error(new TypeError('no such thing'));
    logger.error({ err: new AggregateError([new Error('a'), new Error('b')]) }, 'no connection');
    expect(lines()).toMatchObject([
      {
        'error.type': 'AppError',
        'error.code': 'queue.unavailable',
        'error.message': 'away; try again: socket closed',
        'error.stack_trace': expect.stringMatching(/AppError[^]*caused by: Error: socket closed/),
        'labels.details_queue': 'q',
        message: 'job not added',
      },
      { 'error.type': 'TypeError', 'error.message': 'no such thing', message: 'no such thing' },
      { 'error.type': 'AggregateError', 'error.message': 'a; b', message: 'no connection' },
    ]);
  });

  it('writes no field that the schema does not have, of no other type, whatever is logged', () => {
    const names = fc.constantFrom(
      'err',
      'ms',
      'status',
      'path',
      'reason',
      'code',
      'address',
      'other',
      'stack',
    );
    const fields = fc.dictionary(
      fc.oneof(names, fc.string({ maxLength: 8 })),
      fc.anything({ withBigInt: true, withDate: true }),
      {
        maxKeys: 6,
      },
    );
    fc.assert(
      fc.property(fields, fields, fc.string(), (some, bound, message) => {
        const { lines, logger } = recorder();
        logger.child(bound).info(some, message.replaceAll('%', ''));
        const [line = {}] = lines();
        expect({ strange: strangers(line), line }).toEqual({ strange: [], line });
      }),
      {
        examples: [
          [{ ms: 1e302 }, {}, ''],
          [{ ms: 1e13, status: Number.NaN }, { ms: -1e300 }, ''],
          [{ at: new Date(Number.NaN) }, { err: new Date(Number.NaN) }, ''],
        ],
      },
    );
  });

  it('names what a child is bound to as it names the fields of a line', () => {
    const { lines, logger } = recorder();
    logger.child({ instrument: 'BTC-USD' }).child({ venue: 'x' }).info({ token: 't' }, 'bound');
    expect(lines()[0]).toMatchObject({
      'labels.instrument': 'BTC-USD',
      'labels.venue': 'x',
      'labels.token': '[redacted]',
    });
    logger.info('not bound');
    expect(lines()[1]).not.toHaveProperty(['labels.instrument']);
  });

  it.each([false, true])('writes no secret, wherever it stands in the fields (readable: %s)', (pretty) => {
    const { texts, logger } = recorder('debug', pretty);
    const token = 'hunter2';
    logger.warn({ token, env: { RPC_TOKEN: token }, req: { headers: { authorization: token } } }, 'x');
    if (!pretty) {
      logger.warn(
        { deep: { a: { b: { c: { d: [{ clientSecret: token }] } } } }, list: [{ password: token }] },
        'x',
      );
      logger.child({ database_url: token, access_token: token }).warn('x');
    }
    expect(texts.join('')).not.toContain(token);
    expect(texts.join('')).toContain('[redacted]');
  });

  it('leaves out what is below its level', () => {
    const { texts, logger } = recorder('warn');
    logger.info('quiet');
    expect(texts).toEqual([]);
  });
});

describe('PinoNestLogger', () => {
  it('keeps the context, the stack and the error', () => {
    const { lines, logger } = recorder();
    const nest = new PinoNestLogger(logger);
    nest.error('it broke', 'Error: at line 1', 'Router');
    nest.error(new Error('thrown'), 'Server');
    expect(lines()[0]).toMatchObject({
      'log.level': 'error',
      message: 'it broke',
      'log.logger': 'Router',
      'error.stack_trace': 'Error: at line 1',
    });
    expect(lines()[1]).toMatchObject({ 'log.level': 'error', message: 'thrown', 'error.message': 'thrown' });
  });

  it('takes start-up chatter for debug', () => {
    const { lines, logger } = recorder();
    new PinoNestLogger(logger).log('Module initialised', 'InstanceLoader');
    expect(lines()[0]).toMatchObject({ 'log.level': 'debug' });
  });
});
