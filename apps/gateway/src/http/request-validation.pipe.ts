import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { issueWords } from '@btcforecast/contracts';
import { z } from 'zod';
import { type FieldErrors, InvalidRequestError } from './request-error.js';

const PLACES: Readonly<Record<string, string>> = { query: 'query', param: 'path', body: 'body' };

/** Nest's pipe, but every invalid field is named, with where it stands. */
@Injectable()
export class RequestValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!schema) return value;
    if (metadata.type === 'query') assertGivenOnce(value);
    if (!(schema instanceof z.ZodType)) throw new TypeError('requests are checked by zod schemas only');
    const result = await schema.safeParseAsync(value, { error: issueWords });
    if (result.success) return result.data as T;
    throw new InvalidRequestError(result.error.issues.flatMap((issue) => fieldErrorsOf(issue, metadata)));
  }
}

/** Which of the values was meant nobody can know. @throws InvalidRequestError */
function assertGivenOnce(query: unknown): void {
  const errors = Object.entries(query as Record<string, unknown>).flatMap(([name, value]) =>
    Array.isArray(value)
      ? [{ pointer: `query/${name.slice(0, 50)}`, detail: `is given ${value.length} times; give it once` }]
      : [],
  );
  if (errors.length > 0) throw new InvalidRequestError(errors);
}

function fieldErrorsOf(issue: z.core.$ZodIssue, { type, data }: ArgumentMetadata): FieldErrors {
  const at = [PLACES[type] ?? type, ...(data ? [data] : []), ...issue.path.map(String)];
  if (issue.code !== 'unrecognized_keys') return [{ pointer: at.join('/'), detail: issue.message }];
  return issue.keys.map((key) => ({
    pointer: [...at, key.slice(0, 50)].join('/'),
    detail: 'is not a parameter of this route; leave it out',
  }));
}
