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
    expect(parseOptions(argv)).toEqual({
      source: 'replay',
      files: { 'BTC-USD': 'x.csv' },
      speed: 3600,
      fromMs,
      port: 8080,
    });
  });

  it('takes files of several instruments, and commas in their names', () => {
    const file = 'a,b.csv,ETH-USD=c,d.csv,SOL-USD=e=f.csv';
    expect(parseOptions(['--source', 'replay', '--file', file])).toMatchObject({
      files: { 'BTC-USD': 'a,b.csv', 'ETH-USD': 'c,d.csv', 'SOL-USD': 'e=f.csv' },
    });
    expect(parseOptions(['--source', 'replay', '--file', 'ETH-USD=x.csv'])).toMatchObject({
      files: { 'ETH-USD': 'x.csv' },
    });
  });

  it('takes the instruments of a live or demo market', () => {
    expect(parseOptions(['--source', 'demo', '--instruments', 'BTC-USD, ETH-USD'])).toMatchObject({
      instruments: ['BTC-USD', 'ETH-USD'],
    });
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
    [[...replay, '--speed', '-5'], '--speed needs a value, and one cannot begin with a dash'],
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
    [['--instruments', 'bitcoin'], '--instruments must be like BTC-USD,ETH-USD, each once, not "bitcoin"'],
    [
      ['--instruments', 'BTC-USD,BTC-USD'],
      '--instruments must be like BTC-USD,ETH-USD, each once, not "BTC-USD,BTC-USD"',
    ],
    [
      [...replay, '--instruments', 'ETH-USD'],
      'with --source replay name instruments in --file: ETH-USD=FILE',
    ],
    [['--source', 'replay', '--file', 'a.csv,BTC-USD=b.csv'], '--file names two files of BTC-USD'],
    [['--source', 'replay', '--file', 'ETH-USD='], '--file names no file of ETH-USD'],
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
