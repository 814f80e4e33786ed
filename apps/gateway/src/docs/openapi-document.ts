import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { OAuthErrorReply, PERMISSIONS, Problem } from '@btcforecast/contracts';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { COST_EXTENSION, IDEMPOTENT_EXTENSION, PERMISSION_EXTENSION } from '../api/needs.decorator.js';
import { DEPRECATION_EXTENSION } from '../api/deprecated.decorator.js';
import { PUBLIC_EXTENSION } from '../api/public.decorator.js';
import { OPERATION_EXAMPLES, REQUEST_EXAMPLES } from './examples.js';
import {
  completeInference,
  INFERENCE_ERROR,
  INFERENCE_PROBLEMS,
  INFERENCE_SCHEMAS,
  isInference,
} from './inference-document.js';
import { jsonSchemaOf } from './json-schema.js';
import { addQuotaHeaders, costText, QUOTA_HEADERS } from './quota-headers.js';
import { NOTIFICATION_PROBLEMS } from './notification-examples.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

const DESCRIPTION = `Bitcoin forecasts as calibrated distributions, kept for ever and scored against what happened.

Send a key with each request: \`Authorization: Bearer <key>\`. Every error is a problem (RFC 9457) whose \`type\` leads to
its explanation. Streams are described at \`/asyncapi.json\`. Every reply names its \`source\`: whatever is not \`live\` comes from a replay or a synthetic market.`;

/** Problems that any route may answer with, and when. */
const PROBLEMS: Readonly<Record<string, string>> = {
  400: 'The request is invalid; `errors` names every field that is',
  401: 'The key is missing, malformed, unknown, revoked or expired',
  403: 'The key has no right to this',
  404: 'There is nothing of this name',
  429: 'The quota does not allow it now; try again after `Retry-After` seconds',
  500: 'Something went wrong on our side',
  503: 'Temporarily unavailable; try again after `Retry-After` seconds',
  504: 'It took longer than the client or the route allows',
};
/** Problems that only some routes may answer with, by method and path. */
const CONFLICT = 'It conflicts with what is there';
const LAST_KEEPER = 'Nobody else of the tenant could make keys any more';
const PROBLEMS_OF: Readonly<Record<string, Record<string, string>>> = {
  'POST /v1/keys': { 409: 'The tenant has too many keys' },
  'PATCH /v1/keys/{id}': { 409: `It is revoked or the operator's own; or: ${LAST_KEEPER}` },
  'DELETE /v1/keys/{id}': { 409: LAST_KEEPER },
  'POST /v1/keys/{id}/rotate': { 409: "It is revoked, the operator's own, or its overlap goes on" },
  'POST /v1/oauth-clients': { 409: 'The tenant has too many clients' },
  'PATCH /v1/oauth-clients/{id}': { 409: 'It is revoked, or has no keys' },
  'POST /v1/oauth-clients/{id}/rotate': { 409: 'It is revoked, has no secret, or its overlap goes on' },
  'POST /v1/keys/{id}/signing-keys': { 409: 'The key is revoked, or has too many signing keys' },
  'POST /v1/users': { 409: 'The e-mail address is taken, or the tenant has too many users' },
  'PATCH /v1/users/{id}': { 409: `The e-mail address is taken; or: ${LAST_KEEPER}` },
  'DELETE /v1/users/{id}': { 409: LAST_KEEPER },
  'POST /v1/session': {
    429: 'Too many wrong passwords came from this address; try again after `Retry-After` seconds',
    401: 'The e-mail address, the password or the tenant is wrong',
    403: 'It was sent by a page of another origin',
  },
  'POST /v1/session/password': { 409: 'The new password is the present one' },
  'POST /v1/tenants': { 409: 'There is one of this id already' },
  'POST /v1/models': { 413: 'The model is too large', 422: 'The model was refused; `detail` says for what' },
  'POST /v1/models/{name}/{version}/promote': { 409: CONFLICT, 422: 'The evidence is missing' },
  'POST /v1/models/{name}/{version}/rollback': { 409: CONFLICT },
  'POST /v1/backtests': { 409: 'Enough are waiting already' },
  'DELETE /v1/backtests/{id}': { 409: 'It has come to its end already' },
  ...INFERENCE_PROBLEMS,
  ...NOTIFICATION_PROBLEMS,
};
/** Headers that any route takes, and that any change takes. */
const PARAMETERS = {
  RequestTimeout: {
    name: 'X-Request-Timeout-Ms',
    in: 'header',
    required: false,
    description:
      'How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most ' +
      '60000, or what the route allows by itself',
    schema: { type: 'integer', minimum: 1, maximum: 999_999_999 },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name ' +
      'within a day it takes effect once',
    schema: { type: 'string', maxLength: 257 },
    example: '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
  },
} as const satisfies NonNullable<OpenAPIObject['components']>['parameters'];

/** The one route whose errors have the form of another standard, RFC 6749, section 5.2. */
const TOKEN_ROUTE = 'POST /oauth/token';
const OAUTH_ERRORS: Readonly<Record<number, string>> = {
  400: 'The request or its scope is invalid; `error` says how',
  401: 'The client is unknown or its proof is wrong: `invalid_client`',
  429: 'Too many wrong credentials came from this address; try again after `Retry-After` seconds',
  500: 'Something went wrong on our side',
  503: 'Temporarily unavailable; try again after `Retry-After` seconds',
};
const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
/** What cannot happen where nothing is asked and no key is needed. */
const NOT_OF_PUBLIC_ROUTES = new Set(['401', '403', '404', '429']);

/** What it says of the API as a whole. */
function outline(): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('btcforecast')
    .setDescription(DESCRIPTION)
    .setVersion(packageVersion())
    .addTag('forecasts', 'Calibrated distributions of a future price, and what became of them')
    .addTag('performance', 'Scores, next to baselines')
    .addTag('track record', 'All forecasts and outcomes as a signed chain, to be checked by anybody')
    .addTag('models', 'Who answers, on what evidence, and who moved it')
    .addTag(
      'inference',
      'The models themselves, by the Open Inference Protocol 2; errors are `{"error": string}`',
    )
    .addTag('backtests', 'The past, forecast as the live system would have done')
    .addTag('keys', 'Who may come in, and what for')
    .addTag('oauth', 'Clients that get tokens for a few minutes instead of a key')
    .addTag('users', 'People who log in')
    .addTag('sessions', 'Who asks: logging in and out, and what one may do')
    .addTag('tenants', 'Whom this installation serves; for administrators')
    .addTag('audit', 'Who changed what, and who was refused')
    .addTag('webhooks', 'Being told what happens: /docs/webhooks')
    .addTag('alerts', 'Being told when something is as one asked: /docs/alerts')
    .addTag('market data', 'What forecasts are made from')
    .addTag('usage', 'What a tenant may use, and has used')
    .addTag(
      'streams',
      'What happens, told as it happens; the messages, and the WebSocket `/v1/ws`: `/asyncapi.json`',
    )
    .addTag('health', 'For load balancers and supervisors')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('/')
    .addSecurity('key', { type: 'http', scheme: 'bearer', description: 'A key: btcf_<id>_<secret>' })
    .addSecurity('oauth', {
      type: 'oauth2',
      description: 'An access token of an OAuth client; `x-permission` is the scope that a route needs',
      flows: { clientCredentials: { tokenUrl: '/oauth/token', scopes: SCOPES } },
    })
    .addSecurityRequirements('key')
    .addSecurityRequirements('oauth')
    .build();
}

/** The API as OpenAPI 3.1, from the controllers and the schemas that check requests and replies. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, outline(), {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? jsonSchemaOf(schema, schemaType) : undefined,
  });
  const errors = [Problem, OAuthErrorReply].map((schema) => jsonSchemaOf(schema, 'output').components);
  const schemas = Object.assign({}, document.components?.schemas, ...errors, INFERENCE_SCHEMAS) as Record<
    string,
    object
  >;
  document.components = {
    ...document.components,
    parameters: { ...PARAMETERS },
    headers: { ...QUOTA_HEADERS },
    schemas: sorted(schemas) as typeof schemas,
  };
  document.paths = sorted(document.paths);
  if (Object.keys(document.info.contact ?? {}).length === 0) delete document.info.contact;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [name, operation] of operationsOf(path, item)) completeOperation(name, operation);
  }
  return document;
}

const FORM = 'application/x-www-form-urlencoded';
const KEY_DIRECTORY = 'application/http-message-signatures-directory+json';
const EXAMPLE_TYPES = [
  'application/json',
  'text/markdown',
  'text/event-stream',
  'application/x-ndjson',
  FORM,
  KEY_DIRECTORY,
];
const SCOPES = Object.fromEntries(PERMISSIONS.map((name) => [name, `The permission ${name}`]));
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

function operationsOf(path: string, item: PathItem): [name: string, operation: MarkedOperation][] {
  return METHODS.flatMap((method) => {
    const operation = item[method];
    return operation ? [[`${method.toUpperCase()} ${path}`, operation]] : [];
  });
}

type MarkedOperation = Operation & {
  [PUBLIC_EXTENSION]?: boolean;
  [PERMISSION_EXTENSION]?: string;
  [IDEMPOTENT_EXTENSION]?: boolean;
  [DEPRECATION_EXTENSION]?: object;
  [COST_EXTENSION]?: number;
};
type Content = Record<string, { example?: unknown } | undefined>;

function completeOperation(name: string, operation: MarkedOperation): void {
  const isPublic = operation[PUBLIC_EXTENSION] === true;
  applyMarks(operation);
  addExamples(name, operation);
  if (isInference(name)) completeInference(name, operation);
  addParameters(name, operation);
  if (name === TOKEN_ROUTE) return addOAuthErrors(operation);
  addProblems(name, operation, isPublic);
}

function addProblems(name: string, operation: Operation, isPublic: boolean): void {
  const content = isInference(name) ? INFERENCE_ERROR : PROBLEM;
  for (const [status, description] of Object.entries({ ...PROBLEMS, ...PROBLEMS_OF[name] })) {
    const isOwn = PROBLEMS_OF[name]?.[status] !== undefined;
    if (isPublic && NOT_OF_PUBLIC_ROUTES.has(status) && !isOwn) continue;
    operation.responses[status] = { description, content };
  }
  if (!isPublic) addQuotaHeaders(operation);
}

/** Turns what decorators noted into what OpenAPI says. */
function applyMarks(operation: MarkedOperation): void {
  const permission = operation[PERMISSION_EXTENSION];
  const cost = costText(operation[COST_EXTENSION]);
  if (permission) operation.description = `${cost} Needs the permission ${permission}.`;
  if (operation[PUBLIC_EXTENSION]) operation.security = [];
  if (operation[DEPRECATION_EXTENSION]) operation.deprecated = true;
  delete operation[PUBLIC_EXTENSION];
}

function addParameters(name: string, operation: MarkedOperation): void {
  const added: (keyof typeof PARAMETERS)[] = ['RequestTimeout'];
  if (name.startsWith('GET ') || !operation[IDEMPOTENT_EXTENSION]) delete operation[IDEMPOTENT_EXTENSION];
  else added.unshift('IdempotencyKey');
  const refs = added.map((each) => ({ $ref: `#/components/parameters/${each}` }));
  operation.parameters = [...(operation.parameters ?? []), ...refs];
}

function addOAuthErrors(operation: Operation): void {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/OAuthErrorReply' } } };
  for (const [status, description] of Object.entries(OAUTH_ERRORS)) {
    operation.responses[status] = { description, content };
  }
}

/** Before the problems are added, every response is a good one. */
function addExamples(name: string, operation: Operation): void {
  const place = (content: Content | undefined, example: unknown): void => {
    const [media] = EXAMPLE_TYPES.flatMap((type) => content?.[type] ?? []);
    if (media && example !== undefined) media.example = example;
  };
  for (const response of Object.values(operation.responses)) {
    place((response as { content?: Content }).content, OPERATION_EXAMPLES[name]);
  }
  place((operation.requestBody as { content?: Content } | undefined)?.content, REQUEST_EXAMPLES[name]);
}

/** So that the document does not change with the order in which files are loaded. */
function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(manifest) as { version: string }).version);
}
