import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseOptions } from './options.js';

const replay = ['--source', 'replay', '--file', 'x.csv'];

describe('parseOptions', () => {
  it('chooses the source by itself and port 3000 when nothing is said', () => {
    expect(parseOptions([])).toEqual({ source: 'auto', port: 3000 });
  });

  it('understands a whole replay', () => {
    const argv = [...replay, '--speed', '3600', '--from', '2025-01-01', '--port', '8080'];
    const fromMs = Date.UTC(2025, 0, 1);
    expect(parseOptions(argv)).toEqual({ source: 'replay', file: 'x.csv', speed: 3600, fromMs, port: 8080 });
  });

  it.each(['--help', '-h'])('gives help for %s', (flag) => {
    expect(parseOptions(['--source', 'demo', flag])).toBe('help');
  });

  it.each([
    [['--source', 'paper'], '--source must be one of auto, live, replay, demo, not "paper"'],
    [['--source', 'replay'], '--source replay needs the candles to replay: add --file CSV[.gz]'],
    [['--file', 'x.csv'], '--file needs --source replay'],
    [['--source', 'live', '--file', 'x.csv'], '--file needs --source replay'],
    [['--source', 'demo', '--from', '2025-01-01'], '--from needs --source replay'],
    [['--speed', '10'], '--speed needs --source replay or --source demo'],
    [['--source', 'live', '--speed', '10'], '--speed needs --source replay or --source demo'],
    [[...replay, '--speed', '0'], '--speed must be a number above 0, not "0"'],
    [[...replay, '--speed=-5'], '--speed must be a number above 0, not "-5"'],
    [[...replay, '--speed', 'fast'], '--speed must be a number above 0, not "fast"'],
    [
      [...replay, '--from', 'yesterday'],
      '--from must be a date like 2025-01-01 or 2025-01-01T06:00Z, not "yesterday"',
    ],
    [
      [...replay, '--from', '2025-02-30'],
      '--from must be a date like 2025-01-01 or 2025-01-01T06:00Z, not "2025-02-30"',
    ],
    [
      [...replay, '--from', '2025-01-01T06:00'],
      '--from must be a date like 2025-01-01 or 2025-01-01T06:00Z, not "2025-01-01T06:00"',
    ],
    [['--port', '0'], '--port must be a whole number from 1 to 65535, not "0"'],
    [['--port', '65536'], '--port must be a whole number from 1 to 65535, not "65536"'],
    [['--port', '3e3'], '--port must be a whole number from 1 to 65535, not "3e3"'],
    [['--sped', '3'], "unknown option '--sped'"],
    [['demo'], "unexpected argument 'demo'"],
  ])('refuses %j in one sentence', (argv, sentence) => {
    expect(() => parseOptions(argv)).toThrow(
      expect.objectContaining({ message: `${sentence} (see --help)`, exitCode: 2 }),
    );
  });

  it('reads --from as UTC whatever its zone', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2001-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        (date) => {
          const parsed = parseOptions([...replay, '--from', date.toISOString()]);
          expect(parsed).toMatchObject({ fromMs: date.getTime() });
        },
      ),
    );
  });
});
