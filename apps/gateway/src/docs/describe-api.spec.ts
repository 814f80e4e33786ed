import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '@btcforecast/contracts';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { describeApi } from './describe-api.js';
import { OPERATION_EXAMPLES, REQUEST_EXAMPLES } from './examples.js';

let document: OpenAPIObject;
beforeAll(async () => {
  document = await describeApi();
});

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
    expect(names).toMatchObject({
      'GET /.well-known/http-message-signatures-directory': [],
      'GET /.well-known/jwks.json': [],
      'GET /.well-known/oauth-authorization-server': [],
      'POST /oauth/token': [],
      'GET /health/live': [],
      'GET /health/ready': [],
      'GET /v1/audit': page(['from', 'to', 'actor', 'action', 'outcome', 'tenant', 'limit', 'cursor']),
      'GET /v1/audit/export': ['query after'],
      'GET /v1/backtests': [],
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
      'GET /v1/models': ['query status'],
      'POST /v1/models': [],
      'GET /v1/models/aliases/{instrument}': ['path instrument'],
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
      'GET /v1/track-record': ['query after', 'query limit'],
      'GET /v1/track-record/proof/{id}': ['path id'],
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
      const isPublic = /^(GET \/health\/|GET \/\.well-known\/|POST \/oauth\/|POST \/v1\/session$)/.test(path);
      expect({ path, security: operation.security }).toEqual({ path, security: isPublic ? [] : undefined });
      for (const [status, response] of Object.entries(operation.responses)) {
        if (Number(status) < 300) continue;
        const type = path === 'POST /oauth/token' ? 'application/json' : 'application/problem+json';
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

  it('has no schema with neither type nor reference, which would say nothing', () => {
    const empty = Object.entries(document.components?.schemas ?? {}).filter(
      ([, schema]) =>
        !('type' in schema || '$ref' in schema || 'anyOf' in schema || 'oneOf' in schema || 'enum' in schema),
    );
    expect(empty).toEqual([]);
  });
});

describe('the examples', () => {
  const schemas: Record<string, z.ZodType> = {
    'GET /v1/audit': contracts.AuditReply,
    'GET /v1/audit/export': z.string(),
    'GET /v1/instruments': contracts.InstrumentsReply,
    'GET /v1/instruments/{id}/candles': contracts.CandlesReply,
    'GET /v1/forecasts/{instrument}': contracts.LatestForecastReply,
    'GET /v1/forecasts/{instrument}/history': contracts.ForecastHistoryReply,
    'GET /v1/forecasts/{instrument}/probability': contracts.ProbabilityReply,
    'GET /v1/forecasts/by-id/{id}': contracts.ScoredForecastReply,
    'POST /v1/forecasts/by-id/{id}/reproduce': contracts.ReproductionReply,
    'GET /v1/performance/{instrument}': contracts.PerformanceReply,
    'GET /v1/models': contracts.ModelsReply,
    'POST /v1/models': contracts.ModelReply,
    'GET /v1/models/aliases/{instrument}': contracts.AliasHistoryReply,
    'GET /v1/models/{name}/{version}': contracts.ModelReply,
    'GET /v1/models/{name}/{version}/card': z.string(),
    'POST /v1/models/{name}/{version}/promote': contracts.AliasMoveReply,
    'POST /v1/models/{name}/{version}/rollback': contracts.AliasMoveReply,
    'GET /v1/keys': contracts.KeysReply,
    'POST /v1/keys': contracts.NewKeyReply,
    'GET /v1/keys/{id}': contracts.KeyReply,
    'PATCH /v1/keys/{id}': contracts.KeyReply,
    'DELETE /v1/keys/{id}': contracts.KeyReply,
    'POST /v1/keys/{id}/rotate': contracts.NewKeyReply,
    'GET /v1/oauth-clients': contracts.OAuthClientsReply,
    'POST /v1/oauth-clients': contracts.NewOAuthClientReply,
    'GET /v1/oauth-clients/{id}': contracts.OAuthClientReply,
    'PATCH /v1/oauth-clients/{id}': contracts.OAuthClientReply,
    'DELETE /v1/oauth-clients/{id}': contracts.OAuthClientReply,
    'POST /v1/oauth-clients/{id}/rotate': contracts.NewOAuthClientReply,
    'POST /oauth/token': contracts.TokenReply,
    'GET /.well-known/jwks.json': contracts.JwksReply,
    'GET /.well-known/oauth-authorization-server': contracts.OAuthMetadataReply,
    'GET /.well-known/http-message-signatures-directory': contracts.JwksReply,
    'GET /v1/keys/{id}/signing-keys': contracts.SigningKeysReply,
    'POST /v1/keys/{id}/signing-keys': contracts.NewSigningKeyReply,
    'DELETE /v1/keys/{id}/signing-keys/{signingKey}': contracts.SigningKeyReply,
    'GET /v1/users': contracts.UsersReply,
    'POST /v1/users': contracts.UserReply,
    'GET /v1/users/{id}': contracts.UserReply,
    'PATCH /v1/users/{id}': contracts.UserReply,
    'DELETE /v1/users/{id}': contracts.UserReply,
    'POST /v1/session': contracts.SessionReply,
    'GET /v1/session': contracts.SessionReply,
    'DELETE /v1/session': contracts.SessionEndedReply,
    'POST /v1/session/password': contracts.SessionReply,
    'GET /v1/sessions': contracts.SessionsReply,
    'DELETE /v1/sessions/{id}': contracts.SessionEndedReply,
    'GET /v1/identity': contracts.IdentityReply,
    'GET /v1/tenants': contracts.TenantsReply,
    'POST /v1/tenants': contracts.TenantReply,
    'GET /v1/tenants/{tenant}': contracts.TenantReply,
    'PATCH /v1/tenants/{tenant}': contracts.TenantReply,
    'GET /v1/backtests': contracts.BacktestsReply,
    'POST /v1/backtests': contracts.BacktestReply,
    'GET /v1/backtests/{id}': contracts.BacktestReply,
    'DELETE /v1/backtests/{id}': contracts.BacktestReply,
    'GET /v1/track-record': contracts.TrackRecordReply,
    'GET /v1/track-record/proof/{id}': contracts.TrackRecordProof,
  };

  it.each(Object.entries(schemas))('of %s is what the route could answer', (name, schema) => {
    const example = OPERATION_EXAMPLES[name];
    expect(schema.parse(example)).toEqual(example);
  });

  const requests: Record<string, z.ZodType> = {
    'POST /v1/models': contracts.UploadModelRequest,
    'POST /v1/models/{name}/{version}/promote': contracts.PromoteRequest,
    'POST /v1/models/{name}/{version}/rollback': contracts.RollbackRequest,
    'POST /v1/backtests': contracts.BacktestRequest,
    'POST /v1/keys': contracts.CreateKeyRequest,
    'PATCH /v1/keys/{id}': contracts.ChangeKeyRequest,
    'POST /v1/keys/{id}/rotate': contracts.RotateKeyRequest,
    'POST /v1/oauth-clients': contracts.CreateOAuthClientRequest,
    'PATCH /v1/oauth-clients/{id}': contracts.ChangeOAuthClientRequest,
    'POST /v1/oauth-clients/{id}/rotate': contracts.RotateOAuthClientRequest,
    'POST /oauth/token': contracts.TokenRequest,
    'POST /v1/keys/{id}/signing-keys': contracts.CreateSigningKeyRequest,
    'POST /v1/users': contracts.CreateUserRequest,
    'PATCH /v1/users/{id}': contracts.ChangeUserRequest,
    'POST /v1/session': contracts.LoginRequest,
    'POST /v1/session/password': contracts.ChangePasswordRequest,
    'POST /v1/tenants': contracts.CreateTenantRequest,
    'PATCH /v1/tenants/{tenant}': contracts.ChangeTenantRequest,
  };

  it.each(Object.entries(requests))('of the body of %s would be taken', (name, schema) => {
    expect(schema.safeParse(REQUEST_EXAMPLES[name]).error).toBeUndefined();
  });

  it('are shown with every answer in JSON', () => {
    for (const [name, { responses }] of operations()) {
      const [good] = Object.entries(responses).filter(([status]) => Number(status) < 300);
      const content = (good?.[1] as { content: Record<string, { example?: unknown }> }).content;
      if ('application/octet-stream' in content) continue;
      const [media] = Object.values(content);
      expect({ name, shown: media?.example }).toEqual({ name, shown: OPERATION_EXAMPLES[name] });
    }
  });

  it('belong to routes that exist', () => {
    const known = new Set(operations().map(([name]) => name));
    const named = [...Object.keys(OPERATION_EXAMPLES), ...Object.keys(REQUEST_EXAMPLES)];
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
