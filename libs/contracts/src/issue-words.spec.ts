import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeIssues, issueWords } from './issue-words.js';

const Family = z.discriminatedUnion('family', [
  z.strictObject({ family: z.literal('a'), n: z.int().min(2), list: z.array(z.string()).max(1).optional() }),
  z.strictObject({
    family: z.literal('b'),
    name: z.string().min(3).optional(),
    share: z.number().lt(1).optional(),
  }),
]);

function wordsFor(value: unknown): string {
  const { error } = Family.safeParse(value, { error: issueWords });
  return error ? describeIssues(error) : '';
}

describe('what is wrong with a value', () => {
  it.each([
    [{ family: 'c' }, 'family: must be one of a, b'],
    [{}, 'family: must be one of a, b'],
    [3, 'must be an object'],
    [{ family: 'a' }, 'n: is missing'],
    [{ family: 'a', n: '2' }, 'n: must be a number'],
    [{ family: 'a', n: 2.5 }, 'n: must be a whole number'],
    [{ family: 'a', n: 1 }, 'n: must be at least 2'],
    [{ family: 'a', n: 2, list: ['x', 'y'] }, 'list: must have at most 1 entries'],
    [{ family: 'a', n: 0, list: [3] }, 'n: must be at least 2; list/0: must be text'],
    [{ family: 'b', name: 'xy' }, 'name: must have at least 3 characters'],
    [{ family: 'b', share: 1 }, 'share: must be below 1'],
    [{ family: 'b', x: 1, y: 2 }, 'holds what is not known: x, y'],
    [{ family: 'b', '<b>': 1, ['x'.repeat(51)]: 2 }, 'holds what is not known: (name), (name)'],
    [{ family: 'b' }, ''],
  ])('%j is told in words that do not depend on the checker', (value, words) => {
    expect(wordsFor(value).split('; ').toSorted()).toEqual(words.split('; ').toSorted());
  });

  it('leaves the words of a schema as they are', () => {
    const own = z.string().regex(/^x/, 'must begin with x');
    expect(own.safeParse('y', { error: issueWords }).error?.issues[0]?.message).toBe('must begin with x');
  });
});
