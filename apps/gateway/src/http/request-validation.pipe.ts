import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { type FieldErrors, InvalidRequestError } from './request-error.js';

/** What the standard says about an issue, and the names of unknown fields, which zod adds. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly keys?: readonly string[];
}

const PLACES: Readonly<Record<string, string>> = { query: 'query', param: 'path', body: 'body' };

/** Nest's pipe, but every invalid field is named, with where it stands. */
@Injectable()
export class RequestValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!schema) return value;
    const result = await this.validate(value, schema);
    if (!result.issues) return result.value as T;
    throw new InvalidRequestError(result.issues.flatMap((issue) => fieldErrorsOf(issue as Issue, metadata)));
  }
}

function fieldErrorsOf(issue: Issue, { type, data }: ArgumentMetadata): FieldErrors {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const at = [PLACES[type] ?? type, ...(data ? [data] : []), ...path];
  if (!issue.keys) return [{ pointer: at.join('/'), detail: issue.message }];
  return issue.keys.map((key) => ({
    pointer: [...at, key.slice(0, 50)].join('/'),
    detail: 'is not a parameter of this route; leave it out',
  }));
}
