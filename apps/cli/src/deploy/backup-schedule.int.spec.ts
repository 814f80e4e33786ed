import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWhen, repositoryRoot } from '@btcforecast/testing';
import fc from 'fast-check';

const folder = join(repositoryRoot, 'deploy/patroni');
const DAY = 86_400;
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** What a line of Python prints as JSON, with `given` as the argument; asked once for all cases. */
function python<T>(expression: string, given: unknown): T {
  const program = `import json, sys; sys.dont_write_bytecode = True; sys.path.insert(0, ${JSON.stringify(folder)})
from datetime import datetime, timezone
import backup, schedule
given = json.load(sys.stdin)
print(json.dumps(${expression}))`;
  const { stdout, stderr, status } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(given),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

const moment = fc.integer({ min: 1_700_000_000, max: 1_900_000_000 });
const timeline = fc.integer({ min: 1, max: 3 });

describeWhen(hasPython, 'python3 is not installed')('the schedule of backups', () => {
  it('asks for a full one exactly when 02:00 UTC has passed since the newest, or the timeline is another', () => {
    const cases = fc.sample(
      fc.record({
        now: moment,
        age: fc.integer({ min: 0, max: 3 * DAY }),
        of: timeline,
        on: timeline,
      }),
      2_000,
    );
    const due = python<boolean[]>(
      `[backup.is_backup_due(datetime.fromtimestamp(c['now'], timezone.utc), '02:00',
        {'at': c['now'] - c['age'], 'timeline': c['of']}, c['on']) for c in given]`,
      cases,
    );
    const twos = (at: number) => Math.floor((at - 2 * 3_600) / DAY);
    for (const [i, { now, age, of, on }] of cases.entries()) {
      expect(due[i]).toBe(of !== on || twos(now) > twos(now - age));
    }
  });

  it('asks for one where there is none, and for none and no drill where it is turned off', () => {
    expect(
      python<boolean[]>(`[backup.is_backup_due(datetime.now(timezone.utc), at, None, 1) for at in given]`, [
        '02:00',
        '23:59',
        'never',
      ]),
    ).toEqual([true, true, false]);
  });

  it('asks for a drill when none has succeeded for a week, however many failed since', () => {
    const now = 1_800_000_000;
    const done = (daysAgo: number) => ({ at: now - daysAgo * DAY, outcome: 'done' });
    const failed = (daysAgo: number) => ({ at: now - daysAgo * DAY, outcome: 'failed' });
    const lists = [[], [done(6)], [done(8)], [done(6), failed(1)], [failed(1)], [done(9), failed(1)]];
    expect(python(`[schedule.is_drill_due(${now}, one) for one in given]`, lists)).toEqual([
      true,
      false,
      true,
      false,
      true,
      true,
    ]);
  });

  it('finds rows that are missing or too many after a restore, and takes what was written meanwhile', () => {
    const compare = `[backup.FAILED if wrong(c) else backup.DONE for c in given]`;
    const wrong = `exec('''def wrong(c):
  try: backup.compared(*c)
  except backup.Refused: return True''', globals())`;
    const cases = [
      [
        { a: 1, b: 2 },
        { a: 1, b: 2 },
        { a: 1, b: 2 },
      ],
      [{ a: 1 }, { a: 2 }, { a: 3 }],
      [{ a: 3 }, { a: 2 }, { a: 1 }],
      [{ a: 1 }, { a: 0 }, { a: 1 }],
      [{ a: 1 }, { a: 2 }, { a: 1 }],
      [{ a: 1 }, {}, { a: 1 }],
    ];
    expect(python(`(${wrong}, ${compare})[1]`, cases)).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('ends with a code that says why nothing was done', () => {
    const codes = python<number[]>(
      `[(lambda out: out.returncode)(backup.subprocess.run(['python3', '-c',
        'import sys; sys.dont_write_bytecode = True; sys.path.insert(0, ' + repr(${JSON.stringify(folder)}) + '); '
        'import backup; backup.CONFIG = "/dev/null"\\ntry: backup.main(sys.argv[1:])\\n'
        'except backup.Refused as no: sys.exit(no.code)', *one], capture_output=True)) for one in given]`,
      [['run'], ['drill'], ['run', 'everything'], ['restore', '--until', 'now'], []],
    );
    expect(codes).toEqual([3, 3, 2, 2, 2]);
  });
});
