import type { z } from 'zod';
import type { FieldErrors } from './request-error.js';

/** What a schema says is wrong, with where it stands: `at` and then the path inside. */
export function fieldErrorsOf({ issues }: z.core.$ZodError, at: readonly string[]): FieldErrors {
  return issues.flatMap((issue) => {
    const place = [...at, ...issue.path.map(String)];
    if (issue.code !== 'unrecognized_keys') return [{ pointer: place.join('/'), detail: issue.message }];
    return issue.keys.map((key) => ({
      pointer: [...place, key.slice(0, 50)].join('/'),
      detail: 'is not a parameter of this route; leave it out',
    }));
  });
}
