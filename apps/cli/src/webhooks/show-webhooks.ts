import type { Webhook } from '@btcforecast/api-client';
import type { TargetOptions } from '../gateway/ask-gateway.js';
import { callApi } from '../gateway/call-api.js';
import { printReply } from '../gateway/print-reply.js';
import { secretsText, webhooksText, webhookText } from './webhook-text.js';

export interface WebhookOptions extends TargetOptions {
  readonly json?: boolean;
}

const PAGE = 100;

/** `btcf webhooks list` */
export async function listWebhooks(options: WebhookOptions): Promise<void> {
  const endpoints: Webhook[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: PAGE, cursor };
    const page = await callApi(options, (api) => api.webhookList({ query }));
    endpoints.push(...page.data);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  printReply(endpoints, options, webhooksText);
}

/** `btcf webhooks show` */
export async function showWebhook(id: string, options: WebhookOptions): Promise<void> {
  printReply(await callApi(options, (api) => api.webhookFind({ path: { id } })), options, webhookText);
}

/** `btcf webhooks secrets` */
export async function showSecrets(id: string, options: WebhookOptions): Promise<void> {
  printReply(await callApi(options, (api) => api.webhookShowSecrets({ path: { id } })), options, secretsText);
}
