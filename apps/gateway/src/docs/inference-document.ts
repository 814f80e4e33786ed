import { InferenceError, InferRequest } from '@btcforecast/contracts';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';

/** Whether an operation, `METHOD /path`, speaks the inference protocol. */
export function isInference(name: string): boolean {
  return / \/v2(\/|$)/.test(name);
}

/** Schemas that no decorator of a route brings in. */
export const INFERENCE_SCHEMAS: Readonly<Record<string, JsonSchema>> = inDocument({
  ...jsonSchemaOf(InferenceError, 'output').components,
  ...jsonSchemaOf(InferRequest, 'input').components,
});

export const INFERENCE_ERROR = {
  'application/json': { schema: { $ref: '#/components/schemas/InferenceError' } },
};

const NOT_LOADED = { 409: 'The version is registered but not loaded' };
const INFER = {
  ...NOT_LOADED,
  413: 'The body is too large',
  415: 'The body is neither JSON nor bytes',
  422: 'The graph cannot compute these rows',
};

/** Errors that only some operations may answer with. */
export const INFERENCE_PROBLEMS: Readonly<Record<string, Record<string, string>>> = {
  'POST /v2/models/{model}/infer': INFER,
  'POST /v2/models/{model}/versions/{version}/infer': INFER,
  'GET /v2/models/{model}/ready': NOT_LOADED,
  'GET /v2/models/{model}/versions/{version}/ready': NOT_LOADED,
  'POST /v2/repository/models/{model}/load': { 409: 'So many are loaded already' },
  'POST /v2/repository/models/{model}/unload': { 409: 'It is champion and stays loaded' },
};

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/**
 * A handler serves a model and one of its versions by two paths, which the framework documents alike: each gets the
 * parameters that it has and a name of its own. Bodies of the repository may be left out.
 */
export function completeInference(name: string, operation: Operation): void {
  operation.operationId = operation.operationId?.replace('[0]', '').replace('[1]', '_of_version') ?? '';
  operation.parameters = (operation.parameters ?? []).filter(
    (parameter) => !('in' in parameter) || parameter.in !== 'path' || name.includes(`{${parameter.name}}`),
  );
  if (name.includes('/repository/') && operation.requestBody && 'content' in operation.requestBody) {
    operation.requestBody.required = false;
  }
}

/** Schemas refer to each other where they stand in an API document. */
function inDocument(schemas: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const text = JSON.stringify(schemas).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as Record<string, JsonSchema>;
}
