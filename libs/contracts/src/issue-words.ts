import type { z } from 'zod';

type RawIssue = z.core.$ZodRawIssue;

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Names that the sender chose are repeated if they are plain ones, and not too many of them. */
const SHOWN_NAMES = 10;
const shownName = (name: string): string => (/^[\w.-]{1,50}$/.test(name) ? name : '(name)');

const NO_FORM = 'has not the form that is asked for';

/** What is counted where a length has a limit. */
const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

/**
 * What is wrong with a field, in words for the client, where its schema has no words of its own: never the checker's
 * way of speaking, which would change with its version.
 */
export function issueWords(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return limitWords(issue.origin, 'at least', issue.minimum, issue.inclusive);
    case 'too_big':
      return limitWords(issue.origin, 'at most', issue.maximum, issue.inclusive);
    case 'unrecognized_keys':
      return `holds what is not known: ${issue.keys.slice(0, SHOWN_NAMES).map(shownName).join(', ')}`;
    case 'invalid_union':
      return Array.isArray(issue.options) ? oneOf(issue.options) : NO_FORM;
    default:
      return NO_FORM;
  }
}

function oneOf(values: readonly unknown[]): string {
  return `must be ${values.length > 1 ? 'one of ' : ''}${values.map(String).join(', ')}`;
}

function limitWords(
  origin: string,
  direction: 'at least' | 'at most',
  limit: number | bigint,
  inclusive = true,
): string {
  const counted = COUNTED[origin];
  if (counted !== undefined) return `must have ${direction} ${limit}${counted}`;
  if (inclusive) return `must be ${direction} ${limit}`;
  return `must be ${direction === 'at least' ? 'above' : 'below'} ${limit}`;
}

/** Every problem of a value that was checked with {@link issueWords}, with where it is: `golden/0/sigma: is missing`. */
export function describeIssues({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('/')}: ${message}` : message))
    .join('; ');
}
