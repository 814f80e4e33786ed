import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { issueWords } from '@btcforecast/contracts';
import { z } from 'zod';
import { fieldErrorsOf, shownName } from './field-errors.js';
import { InvalidRequestError } from './request-error.js';

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
    const { type, data } = metadata;
    throw new InvalidRequestError(
      fieldErrorsOf(result.error, [PLACES[type] ?? type, ...(data ? [data] : [])]),
    );
  }
}

/** Which of the values was meant nobody can know. @throws InvalidRequestError */
function assertGivenOnce(query: unknown): void {
  const errors = Object.entries(query as Record<string, unknown>).flatMap(([name, value]) =>
    Array.isArray(value)
      ? [{ pointer: `query/${shownName(name)}`, detail: `is given ${value.length} times; give it once` }]
      : [],
  );
  if (errors.length > 0) throw new InvalidRequestError(errors);
}
