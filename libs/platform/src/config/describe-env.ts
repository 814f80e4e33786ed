import { z } from 'zod';

export interface EnvVariable {
  readonly name: string;
  /** Written as it would stand in an `.env` file; undefined when there is none. */
  readonly default: string | undefined;
  readonly required: boolean;
  readonly description: string;
  readonly secret: boolean;
}

/** The variables of a configuration schema, in its order: the source of `.env.example` and of the README tables. */
export function describeEnv(schema: z.ZodObject): EnvVariable[] {
  return Object.entries(schema.shape).map(([name, field]) => describeField(name, field));
}

/** Marks a variable whose value must never be shown. */
export function secret(description: string): z.ZodString {
  return z.string().meta({ description, secret: true });
}

function describeField(name: string, field: z.core.$ZodType): EnvVariable {
  const layers = [...layersOf(field)];
  const metas = layers.map((layer) => z.globalRegistry.get(layer) ?? {});
  const initial = layers.find((layer) => layer instanceof z.ZodDefault || layer instanceof z.ZodPrefault);
  const optional = layers.some((layer) => layer instanceof z.ZodOptional);
  return {
    name,
    default: initial ? String(initial.def.defaultValue) : undefined,
    required: !initial && !optional,
    description: metas.find((meta) => meta.description)?.description ?? '',
    secret: metas.some((meta) => meta.secret === true),
  };
}

/** A description may stand on any wrapper (default, optional, transform) or on what is wrapped. */
function* layersOf(field: z.core.$ZodType): Generator<z.core.$ZodType> {
  yield field;
  if (field instanceof z.ZodPipe) {
    yield* layersOf(field.def.in);
    yield* layersOf(field.def.out);
  } else if (
    field instanceof z.ZodDefault ||
    field instanceof z.ZodPrefault ||
    field instanceof z.ZodOptional ||
    field instanceof z.ZodNullable
  ) {
    yield* layersOf(field.def.innerType);
  }
}
