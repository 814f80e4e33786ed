import type { WebhookRequest, WebhookUpdateRequest } from '@btcforecast/api-client';
import { AppError } from '@btcforecast/platform/errors';
import { callApi } from '../gateway/call-api.js';
import { printReply } from '../gateway/print-reply.js';
import type { WebhookOptions } from './show-webhooks.js';
import { secretsText, webhookText } from './webhook-text.js';

const HOUR_SECONDS = 3_600;

interface SubscriptionOptions extends WebhookOptions {
  readonly description?: string;
  readonly events?: string[];
  readonly instruments?: string[] | 'all';
  readonly horizons?: string[] | 'all';
  readonly intervals?: string[];
  readonly format?: string;
}

/** `btcf webhooks add` */
export async function addWebhook(
  address: string,
  options: SubscriptionOptions & { readonly disabled: boolean },
): Promise<void> {
  const body = { url: address, ...subscriptionOf(options), enabled: !options.disabled } as WebhookRequest;
  const endpoint = await callApi(options, (api) => api.webhookCreate({ body }));
  printReply(endpoint, options, webhookText);
  if (!options.json) await printSecrets(endpoint.id, options);
}

interface UpdateOptions extends SubscriptionOptions {
  readonly address?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

/** `btcf webhooks update` */
export async function updateWebhook(id: string, options: UpdateOptions): Promise<void> {
  const { address, enable, disable } = options;
  if (enable && disable) {
    throw new AppError('caller', 'request.invalid', 'name --enable or --disable, not both');
  }
  const body = {
    ...(address !== undefined && { url: address }),
    ...subscriptionOf(options),
    ...((enable || disable) && { enabled: Boolean(enable) }),
  } as WebhookUpdateRequest;
  const changed = await callApi(options, (api) => api.webhookUpdate({ path: { id }, body }));
  printReply(changed, options, webhookText);
}

/** `btcf webhooks remove` */
export async function removeWebhook(id: string, options: WebhookOptions): Promise<void> {
  const removed = await callApi(options, (api) => api.webhookRemove({ path: { id } }));
  printReply(removed, options, ({ url }) => `removed ${url}\n`);
}

/** `btcf webhooks rotate` */
export async function rotateSecret(
  id: string,
  options: WebhookOptions & { readonly overlap: number },
): Promise<void> {
  const body = { overlapHours: options.overlap / HOUR_SECONDS };
  const endpoint = await callApi(options, (api) => api.webhookRotate({ path: { id }, body }));
  if (options.json) printReply(endpoint, options, webhookText);
  else await printSecrets(id, options);
}

/** What is allowed is for the API to judge: it says which word is wrong. */
function subscriptionOf({
  description,
  events,
  instruments,
  horizons,
  intervals,
  format,
}: SubscriptionOptions) {
  const filters = { instruments: filterOf(instruments), horizons: filterOf(horizons), intervals };
  const all = { description, eventTypes: events, ...filters, format };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** null: no filter. */
function filterOf(names: string[] | 'all' | undefined): string[] | null | undefined {
  return names === 'all' ? null : names;
}

async function printSecrets(id: string, options: WebhookOptions): Promise<void> {
  const secrets = await callApi(options, (api) => api.webhookShowSecrets({ path: { id } }));
  process.stdout.write(`\nReceivers check signatures with these:\n${secretsText(secrets)}`);
}
