import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

export interface NamedSchemas {
  readonly schema: JsonSchema;
  /** What `$ref`s of the form `#/$defs/<name>` point to. */
  readonly components: Record<string, JsonSchema>;
}

/** A zod schema as JSON Schema of the dialect that OpenAPI 3.1 uses, for people and generators to read. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): NamedSchemas {
  const {
    $schema: _,
    $defs: defs = {},
    ...root
  } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
  return { schema: readable(root, io), components: mapValues(defs, (each) => readable(each, io)) };
}

function readable({ id: _, ...schema }: JsonSchema, io: 'input' | 'output'): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { additionalProperties, pattern, ...rest } = value as JsonSchema;
    // The format of a date, or what is referred to, says it; the pattern that checks it is several lines long.
    const isDate = String(rest['format']).startsWith('date') || '$ref' in rest;
    return {
      ...rest,
      ...(pattern === undefined || isDate ? {} : { pattern }),
      // A client must bear a new field, or none could ever be added.
      ...(additionalProperties === undefined || io === 'output' ? {} : { additionalProperties }),
    };
  }) as JsonSchema;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
