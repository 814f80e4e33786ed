import { describe, expect, it } from '@jest/globals';
import * as contracts from '@btcforecast/contracts';
import type { z } from 'zod';
import { describeApi } from './describe-api.js';
import { NOTIFICATION_EXAMPLES, NOTIFICATION_REQUESTS } from './notification-examples.js';

const replies: Record<string, z.ZodType> = {
  'GET /v1/webhooks': contracts.WebhooksReply,
  'POST /v1/webhooks': contracts.WebhookReply,
  'GET /v1/webhooks/{id}': contracts.WebhookReply,
  'PATCH /v1/webhooks/{id}': contracts.WebhookReply,
  'DELETE /v1/webhooks/{id}': contracts.WebhookReply,
  'GET /v1/webhooks/{id}/secrets': contracts.WebhookSecretsReply,
  'POST /v1/webhooks/{id}/secrets/rotate': contracts.WebhookReply,
  'GET /v1/webhooks/{id}/deliveries': contracts.WebhookDeliveriesReply,
  'GET /v1/webhooks/{id}/deliveries/{delivery}': contracts.WebhookDeliveryDetailReply,
  'POST /v1/webhooks/{id}/deliveries/{delivery}/replay': contracts.WebhookDeliveryDetailReply,
  'POST /v1/webhooks/{id}/replay': contracts.WebhookReplayReply,
  'POST /v1/webhooks/{id}/test': contracts.WebhookDeliveryDetailReply,
  'GET /v1/alerts': contracts.AlertsReply,
  'POST /v1/alerts': contracts.AlertReply,
  'GET /v1/alerts/{id}': contracts.AlertReply,
  'PATCH /v1/alerts/{id}': contracts.AlertReply,
  'DELETE /v1/alerts/{id}': contracts.AlertReply,
  'GET /v1/alerts/{id}/history': contracts.AlertHistoryReply,
  'POST /v1/alerts/test': contracts.AlertTestReply,
};
const requests: Record<string, z.ZodType> = {
  'POST /v1/webhooks': contracts.WebhookRequest,
  'PATCH /v1/webhooks/{id}': contracts.WebhookUpdateRequest,
  'POST /v1/webhooks/{id}/secrets/rotate': contracts.WebhookRotateRequest,
  'POST /v1/webhooks/{id}/replay': contracts.WebhookReplayRequest,
  'POST /v1/alerts': contracts.AlertRequest,
  'PATCH /v1/alerts/{id}': contracts.AlertUpdateRequest,
  'POST /v1/alerts/test': contracts.AlertTestRequest,
};

describe('the examples of webhooks and alerts', () => {
  it.each(Object.entries(replies))('of %s is what the route could answer', (name, schema) => {
    expect(schema.parse(NOTIFICATION_EXAMPLES[name])).toEqual(NOTIFICATION_EXAMPLES[name]);
  });

  it.each(Object.entries(requests))('of the body of %s would be taken', (name, schema) => {
    expect(schema.safeParse(NOTIFICATION_REQUESTS[name]).error).toBeUndefined();
  });

  it('are of all routes of the two', async () => {
    const { paths } = await describeApi();
    const routes = Object.entries(paths).flatMap(([path, item]) =>
      /^\/v1\/(webhooks|alerts)/.test(path)
        ? Object.keys(item).map((verb) => `${verb.toUpperCase()} ${path}`)
        : [],
    );
    expect(routes.sort()).toEqual(Object.keys(replies).sort());
    expect(Object.keys(NOTIFICATION_EXAMPLES).sort()).toEqual(Object.keys(replies).sort());
    expect(Object.keys(NOTIFICATION_REQUESTS).sort()).toEqual(Object.keys(requests).sort());
  });
});
