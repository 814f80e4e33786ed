import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { Problem } from '@btcforecast/contracts';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { PUBLIC_EXTENSION } from '../api/public.decorator.js';
import { OPERATION_EXAMPLES } from './examples.js';
import { jsonSchemaOf } from './json-schema.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

const DESCRIPTION = `Bitcoin forecasts as calibrated distributions, kept for ever and scored against what happened.

Send a key with each request: \`Authorization: Bearer <key>\`. Every error is a problem (RFC 9457) whose \`type\` leads to
its explanation. Every reply names its \`source\`: whatever is not \`live\` comes from a replay or a synthetic market.`;

/** Problems that any route may answer with, and when. */
const PROBLEMS: Readonly<Record<string, string>> = {
  400: 'The request is invalid; `errors` names every field that is',
  401: 'The key is missing, malformed, unknown, revoked or expired',
  403: 'The key has no right to this',
  404: 'There is nothing of this name',
  500: 'Something went wrong on our side',
  503: 'Temporarily unavailable; try again after `Retry-After` seconds',
};
/** What cannot happen where nothing is asked and no key is needed. */
const NOT_OF_PUBLIC_ROUTES = new Set(['401', '403', '404']);

/** The API as OpenAPI 3.1, from the controllers and the schemas that check requests and replies. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('btcforecast')
    .setDescription(DESCRIPTION)
    .setVersion(packageVersion())
    .addTag('forecasts', 'Calibrated distributions of a future price, and what became of them')
    .addTag('performance', 'Scores, next to baselines')
    .addTag('market data', 'What forecasts are made from')
    .addTag('health', 'For load balancers and supervisors')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('/')
    .addSecurity('key', { type: 'http', scheme: 'bearer', description: 'A key: btcf_<id>_<secret>' })
    .addSecurityRequirements('key')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? jsonSchemaOf(schema, schemaType) : undefined,
  });
  const schemas = { ...document.components?.schemas, ...jsonSchemaOf(Problem, 'output').components };
  document.components = { ...document.components, schemas: sorted(schemas) as typeof schemas };
  document.paths = sorted(document.paths);
  if (Object.keys(document.info.contact ?? {}).length === 0) delete document.info.contact;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of operationsOf(item)) completeOperation(path, operation);
  }
  return document;
}

function operationsOf(item: PathItem): Operation[] {
  return [item.get, item.post, item.put, item.patch, item.delete].filter((each) => each !== undefined);
}

function completeOperation(path: string, operation: Operation & { [PUBLIC_EXTENSION]?: boolean }): void {
  const isPublic = operation[PUBLIC_EXTENSION] === true;
  delete operation[PUBLIC_EXTENSION];
  if (isPublic) operation.security = [];
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  for (const [status, description] of Object.entries(PROBLEMS)) {
    if (isPublic && NOT_OF_PUBLIC_ROUTES.has(status)) continue;
    operation.responses[status] = { description, content: problem };
  }
  const example = OPERATION_EXAMPLES[path];
  const content = (
    operation.responses['200'] as { content?: Record<string, { example?: unknown }> } | undefined
  )?.content;
  if (example !== undefined && content?.['application/json']) content['application/json'].example = example;
}

/** So that the document does not change with the order in which files are loaded. */
function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(manifest) as { version: string }).version);
}
