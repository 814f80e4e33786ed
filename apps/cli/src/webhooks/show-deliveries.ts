import type { DeliveryListData, WebhookDelivery } from '@btcforecast/api-client';
import { callApi } from '../gateway/call-api.js';
import { printReply } from '../gateway/print-reply.js';
import type { WebhookOptions } from './show-webhooks.js';
import { deliveriesText, deliveryText } from './webhook-text.js';

interface DeliveriesOptions extends WebhookOptions {
  readonly state?: string;
  readonly type?: string;
  /** Deliveries. */
  readonly limit: number;
}

const PAGE = 100;

/** `btcf webhooks deliveries`: of an endpoint, or one of them. */
export async function showDeliveries(
  id: string,
  delivery: string | undefined,
  options: DeliveriesOptions,
): Promise<void> {
  if (delivery === undefined) return listDeliveries(id, options);
  const path = { id, delivery };
  printReply(await callApi(options, (api) => api.deliveryFind({ path })), options, deliveryText);
}

async function listDeliveries(id: string, options: DeliveriesOptions): Promise<void> {
  const { state, type, limit } = options;
  const deliveries: WebhookDelivery[] = [];
  let cursor: string | undefined;
  do {
    // What a state may be is for the API to judge: it says which word is wrong.
    const query = { state, type, limit: Math.min(PAGE, limit - deliveries.length), cursor };
    const parts = { path: { id }, query } as Pick<DeliveryListData, 'path' | 'query'>;
    const page = await callApi(options, (api) => api.deliveryList(parts));
    deliveries.push(...page.data);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && deliveries.length < limit);
  printReply(deliveries, options, deliveriesText);
}
