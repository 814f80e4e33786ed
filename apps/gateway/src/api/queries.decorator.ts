import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';
import { type JsonSchema, jsonSchemaOf } from '../docs/json-schema.js';

/** A list in one parameter, separated by commas: OpenAPI says so by style, not by the schema of a string. */
export interface ListParameter {
  readonly of: z.ZodType;
  /** Absent: the parameter may be left out and then does nothing. */
  readonly default?: readonly unknown[];
}

/**
 * Documents the parameters of a query, one by one, from the schema that checks it: the framework documents a
 * whole query object as nothing.
 */
export function Queries(query: z.ZodObject, lists: Readonly<Record<string, ListParameter>> = {}) {
  return applyDecorators(
    ...Object.entries(query.shape).map(([name, field]) => {
      const { description, ...schema } = inlined(field as z.ZodType);
      const list = lists[name];
      const text = { name, required: false, description: String(description ?? '') };
      if (!list) return ApiQuery({ ...text, schema });
      return ApiQuery({ ...text, style: 'form', explode: false, schema: listSchema(list) });
    }),
  );
}

function listSchema({ of, default: initial }: ListParameter): JsonSchema {
  const { description: _, ...items } = inlined(of);
  return { type: 'array', items, minItems: 1, uniqueItems: true, ...(initial && { default: initial }) };
}

/** One field alone; what it names is written out, since a parameter is read where it stands. */
function inlined(field: z.ZodType): JsonSchema {
  const { schema, components } = jsonSchemaOf(field, 'input');
  const { $ref: ref, ...rest } = schema;
  const named = typeof ref === 'string' ? components[ref.replace('#/$defs/', '')] : undefined;
  return { ...named, ...rest };
}
