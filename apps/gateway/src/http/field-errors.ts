import type { z } from 'zod';
import type { FieldErrors } from './request-error.js';

const PLAIN = /^[\w.-]+$/;
const SHOWN_CHARS = 50;
/** Of one answer: a small body can be wrong in thousands of places. */
const SHOWN_ERRORS = 50;

/**
 * A name as an answer may show it. Of names that a client chose only plain ones are repeated: nothing that a page, a
 * terminal or a log could take for more than a name.
 */
export function shownName(name: string): string {
  const start = name.slice(0, SHOWN_CHARS);
  return PLAIN.test(start) ? start : '(name)';
}

/** What a schema says is wrong, with where it stands: `at` and then the path inside. The first fifty places. */
export function fieldErrorsOf({ issues }: z.core.$ZodError, at: readonly string[]): FieldErrors {
  const errors = issues.flatMap((issue) => {
    const place = [...at, ...issue.path.map((part) => shownName(String(part)))];
    if (issue.code !== 'unrecognized_keys') return [{ pointer: place.join('/'), detail: issue.message }];
    return issue.keys.slice(0, SHOWN_ERRORS).map((key) => ({
      pointer: [...place, shownName(key)].join('/'),
      detail: 'is not a parameter of this route; leave it out',
    }));
  });
  return errors.slice(0, SHOWN_ERRORS);
}
