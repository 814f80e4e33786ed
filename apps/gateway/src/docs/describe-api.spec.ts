import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describeApi } from './describe-api.js';
import { REQUEST_EXAMPLES } from './examples.js';

let document: OpenAPIObject;
beforeAll(async () => {
  document = await describeApi();
});

/** What is reached without a key. */
const OPEN = /^(GET (\/v2)?\/health\/|GET \/v2$|GET \/\.well-known\/|POST \/oauth\/|POST \/v1\/session$)/;

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
const operations = (): [string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((method): [string, Operation][] =>
      item[method] ? [[`${method.toUpperCase()} ${path}`, item[method]]] : [],
    ),
  );

describe('the API document', () => {
  it('is the committed openapi/gateway.json: otherwise run npm run api:generate', () => {
    const committed = readFileSync(new URL('../../../../openapi/gateway.json', import.meta.url), 'utf8');
    expect(committed).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it('keeps the rules of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    expect({ valid, errors, version: validator.version }).toEqual({
      valid: true,
      errors: undefined,
      version: '3.1',
    });
  });

  it('breaks them when damaged, so that the check above can fail', async () => {
    const damaged = structuredClone(document) as unknown as Record<string, unknown>;
    damaged['paths'] = { 'no-slash': { get: { responses: 3 } } };
    expect((await new Validator().validate(damaged)).valid).toBe(false);
  });

  it('describes the parameters of every query one by one', () => {
    const names = Object.fromEntries(
      operations().map(([path, { parameters = [] }]) => [
        path,
        parameters.flatMap((each) => ('name' in each ? [`${each.in} ${each.name}`] : [])),
      ]),
    );
    const page = (names: string[]) => names.map((name) => `query ${name}`);
    const model = ['path name', 'path version'];
    const ofModel = (method: string, ends: string[]) =>
      Object.fromEntries(
        ends.flatMap((end) => [
          [`${method} /v2/models/{model}${end}`, ['path model']],
          [`${method} /v2/models/{model}/versions/{version}${end}`, ['path model', 'path version']],
        ]),
      );
    expect(names).toMatchObject({
      'GET /.well-known/http-message-signatures-directory': [],
      'GET /.well-known/jwks.json': [],
      'GET /.well-known/oauth-authorization-server': [],
      'POST /oauth/token': [],
      'GET /health/live': [],
      'GET /health/ready': [],
      'GET /v1/audit': page(['from', 'to', 'actor', 'action', 'outcome', 'tenant', 'limit', 'cursor']),
      'GET /v1/audit/export': ['query after'],
      'GET /v1/backtests': page(['limit', 'cursor']),
      'POST /v1/backtests': [],
      'GET /v1/backtests/{id}': ['path id'],
      'DELETE /v1/backtests/{id}': ['path id'],
      'GET /v1/forecasts/by-id/{id}': ['path id'],
      'POST /v1/forecasts/by-id/{id}/reproduce': ['path id'],
      'GET /v1/forecasts/{instrument}': ['path instrument', 'query horizon', 'query levels'],
      'GET /v1/forecasts/{instrument}/history': [
        'path instrument',
        ...page(['horizon', 'from', 'to', 'limit', 'cursor']),
      ],
      'GET /v1/forecasts/{instrument}/probability': [
        'path instrument',
        ...page(['horizon', 'above', 'below', 'between']),
      ],
      'GET /v1/instruments': [],
      'GET /v1/instruments/{id}/candles': ['path id', ...page(['interval', 'from', 'to', 'limit', 'cursor'])],
      'GET /v1/keys': page(['tenant', 'limit', 'cursor']),
      'POST /v1/keys': ['query tenant'],
      'GET /v1/keys/{id}': ['path id', 'query tenant'],
      'PATCH /v1/keys/{id}': ['path id', 'query tenant'],
      'DELETE /v1/keys/{id}': ['path id', 'query tenant'],
      'POST /v1/keys/{id}/rotate': ['path id', 'query tenant'],
      'GET /v1/keys/{id}/signing-keys': ['path id', 'query tenant'],
      'POST /v1/keys/{id}/signing-keys': ['path id', 'query tenant'],
      'DELETE /v1/keys/{id}/signing-keys/{signingKey}': ['path id', 'path signingKey', 'query tenant'],
      'GET /v1/models': page(['limit', 'cursor', 'status']),
      'POST /v1/models': [],
      'GET /v1/models/aliases/{instrument}': ['path instrument', ...page(['limit', 'cursor'])],
      'GET /v1/models/{name}/{version}': model,
      'GET /v1/models/{name}/{version}/card': model,
      'GET /v1/models/{name}/{version}/graph': model,
      'POST /v1/models/{name}/{version}/promote': model,
      'POST /v1/models/{name}/{version}/rollback': model,
      'GET /v1/oauth-clients': page(['tenant', 'limit', 'cursor']),
      'POST /v1/oauth-clients': ['query tenant'],
      'GET /v1/oauth-clients/{id}': ['path id', 'query tenant'],
      'PATCH /v1/oauth-clients/{id}': ['path id', 'query tenant'],
      'DELETE /v1/oauth-clients/{id}': ['path id', 'query tenant'],
      'POST /v1/oauth-clients/{id}/rotate': ['path id', 'query tenant'],
      'GET /v1/performance/{instrument}': ['path instrument', 'query horizon', 'query window'],
      'GET /v1/stream': page(['type', 'instrument', 'horizon', 'interval', 'lastEventId', 'ticket']),
      'POST /v1/stream/tickets': [],
      'GET /v1/users': page(['tenant', 'limit', 'cursor']),
      'POST /v1/users': ['query tenant'],
      'GET /v1/users/{id}': ['path id', 'query tenant'],
      'PATCH /v1/users/{id}': ['path id', 'query tenant'],
      'DELETE /v1/users/{id}': ['path id', 'query tenant'],
      'GET /v1/identity': [],
      'POST /v1/session': [],
      'GET /v1/session': [],
      'DELETE /v1/session': [],
      'POST /v1/session/password': [],
      'GET /v1/sessions': [],
      'DELETE /v1/sessions/{id}': ['path id'],
      'GET /v1/tenants': page(['limit', 'cursor']),
      'POST /v1/tenants': [],
      'GET /v1/tenants/{tenant}': ['path tenant'],
      'PATCH /v1/tenants/{tenant}': ['path tenant'],
      'GET /v1/usage': ['query from', 'query to', 'query tenant'],
      'GET /v1/track-record': ['query after', 'query limit'],
      'GET /v1/track-record/proof/{id}': ['path id'],
      'GET /v2': [],
      'GET /v2/health/live': [],
      'GET /v2/health/ready': [],
      'GET /v2/models': [],
      'GET /v2/models/stats': [],
      ...ofModel('GET', ['', '/config', '/ready', '/stats']),
      ...ofModel('POST', ['/infer']),
      'POST /v2/repository/index': [],
      'POST /v2/repository/models/{model}/load': ['path model'],
      'POST /v2/repository/models/{model}/unload': ['path model'],
    });
  });

  it('describes every parameter that stands in a path', () => {
    for (const [path, { parameters = [] }] of operations()) {
      const described = parameters.flatMap((each) =>
        'name' in each && each.in === 'path' ? [each.name] : [],
      );
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect({ path, described }).toEqual({ path, described: named });
    }
  });

  it('names the headers that any route takes, and that any change takes', () => {
    for (const [path, { parameters = [] }] of operations()) {
      const refs = parameters.flatMap((each) => ('$ref' in each ? [each.$ref.replace(/.*\//, '')] : []));
      const changes = 'x-idempotent' in (operations().find(([name]) => name === path)?.[1] ?? {});
      expect({ path, refs: refs.sort() }).toEqual({
        path,
        refs: [...(changes ? ['IdempotencyKey'] : []), 'RequestTimeout'],
      });
    }
  });

  it('says how several horizons are written', () => {
    const [, { parameters = [] }] = operations().find(
      ([path]) => path === 'GET /v1/forecasts/{instrument}',
    ) ?? ['', {} as Operation];
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: 'horizon',
        style: 'form',
        explode: false,
        schema: expect.objectContaining({ type: 'array', default: ['24h'] }),
      }),
    );
  });

  it('names credentials for every route but health, login, tokens and public keys, and problems for every route', () => {
    for (const [path, operation] of operations()) {
      const isPublic = OPEN.test(path);
      expect({ path, security: operation.security }).toEqual({ path, security: isPublic ? [] : undefined });
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) < 300) continue;
        const isPlain = path === 'POST /oauth/token' || path.includes(' /v2');
        const type = isPlain ? 'application/json' : 'application/problem+json';
        expect(Object.keys((response as { content: object }).content)).toEqual([type]);
      }
    }
    expect(document.security).toEqual([{ key: [] }, { oauth: [] }]);
  });

  it('says of every route but public ones what permission it needs', () => {
    for (const [name, operation] of operations()) {
      const permission = (operation as { 'x-permission'?: string })['x-permission'];
      expect({ name, guarded: permission !== undefined }).toEqual({ name, guarded: !operation.security });
      if (permission) expect(operation.description).toContain(`Needs the permission ${permission}.`);
    }
  });

  it('describes the body of every route that takes one, and gives an example', () => {
    for (const [name, { requestBody }] of operations()) {
      const content = (requestBody as { content?: Record<string, { schema: object; example?: unknown }> })
        ?.content;
      expect({ name, takes: content !== undefined }).toEqual({ name, takes: name in REQUEST_EXAMPLES });
      if (!content) continue;
      const type = name === 'POST /oauth/token' ? 'application/x-www-form-urlencoded' : 'application/json';
      expect(content[type]?.schema).toEqual({
        $ref: expect.stringMatching(/^#\/components\/schemas\/\w+Request$/),
      });
      expect(content[type]?.example).toEqual(REQUEST_EXAMPLES[name]);
    }
  });

  it('names every operation differently, as generated clients need', () => {
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^\w+$/);
  });

  it('has no schema with neither type nor reference, which would say nothing', () => {
    const empty = Object.entries(document.components?.schemas ?? {}).filter(
      ([, schema]) =>
        !('type' in schema || '$ref' in schema || 'anyOf' in schema || 'oneOf' in schema || 'enum' in schema),
    );
    expect(empty).toEqual([]);
  });
});
