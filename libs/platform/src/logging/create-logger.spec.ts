import { describe, expect, it } from '@jest/globals';
import { createLogger } from './create-logger.js';
import { PinoNestLogger } from './pino-nest-logger.js';

function recorder(level = 'debug') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: createLogger('gateway', { level, region: 'eu', destination }) };
}

describe('createLogger', () => {
  it('writes JSON with service, region, level and an ISO time', () => {
    const { lines, logger } = recorder();
    logger.info({ ms: 3 }, 'forecast served');
    expect(lines[0]).toMatchObject({
      service: 'gateway',
      region: 'eu',
      level: 'info',
      ms: 3,
      msg: 'forecast served',
    });
    expect(lines[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('writes no secret, wherever it stands in the fields', () => {
    const { lines, logger } = recorder();
    const token = 'hunter2';
    logger.warn({ token, env: { RPC_TOKEN: token }, req: { headers: { authorization: token } } }, 'x');
    expect(JSON.stringify(lines)).not.toContain(token);
    expect(lines[0]).toMatchObject({
      token: '[redacted]',
      req: { headers: { authorization: '[redacted]' } },
    });
  });

  it('leaves out what is below its level', () => {
    const { lines, logger } = recorder('warn');
    logger.info('quiet');
    expect(lines).toEqual([]);
  });
});

describe('PinoNestLogger', () => {
  it('keeps the context, the stack and the error', () => {
    const { lines, logger } = recorder();
    const nest = new PinoNestLogger(logger);
    nest.error('it broke', 'Error: at line 1', 'Router');
    nest.error(new Error('thrown'), 'Server');
    expect(lines[0]).toMatchObject({
      level: 'error',
      msg: 'it broke',
      context: 'Router',
      stack: 'Error: at line 1',
    });
    expect(lines[1]).toMatchObject({ level: 'error', msg: 'thrown', err: { message: 'thrown' } });
  });

  it('takes start-up chatter for debug', () => {
    const { lines, logger } = recorder();
    new PinoNestLogger(logger).log('Module initialised', 'InstanceLoader');
    expect(lines[0]).toMatchObject({ level: 'debug' });
  });
});
