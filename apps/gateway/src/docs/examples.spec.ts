import { beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '@btcforecast/contracts';
import type { OpenAPIObject } from '@nestjs/swagger';
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
    'GET /v1/stream': z.string(),
    'POST /v1/stream/tickets': contracts.StreamTicketReply,
    'GET /v1/track-record': contracts.TrackRecordReply,
    'GET /v1/track-record/proof/{id}': contracts.TrackRecordProof,
    'GET /v2': contracts.ServerMetadataReply,
    'GET /v2/health/live': contracts.ServerLiveReply,
    'GET /v2/health/ready': contracts.ServerReadyReply,
    'GET /v2/models': contracts.ModelNamesReply,
    'GET /v2/models/stats': contracts.ModelStatisticsReply,
    'GET /v2/models/{model}': contracts.ModelMetadataReply,
    'GET /v2/models/{model}/config': contracts.ModelConfigReply,
    'GET /v2/models/{model}/ready': contracts.ModelReadyReply,
    'POST /v2/models/{model}/infer': contracts.InferReply,
    'POST /v2/repository/index': contracts.RepositoryIndexReply,
    'POST /v2/repository/models/{model}/load': contracts.ModelLoadReply,
    'POST /v2/repository/models/{model}/unload': contracts.ModelUnloadReply,
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
    'POST /v2/models/{model}/infer': contracts.InferRequest,
    'POST /v2/repository/index': contracts.RepositoryIndexRequest,
    'POST /v2/repository/models/{model}/load': contracts.RepositoryLoadRequest,
    'POST /v2/repository/models/{model}/unload': contracts.RepositoryUnloadRequest,
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
