import { setTimeout as pause } from 'node:timers/promises';
import type { WebhookDeliveryDetail, WebhookReplayRequest } from '@btcforecast/api-client';
import { AppError } from '@btcforecast/platform/errors';
import { callApi } from '../gateway/call-api.js';
import { printReply } from '../gateway/print-reply.js';
import type { WebhookOptions } from './show-webhooks.js';
import { deliveryText } from './webhook-text.js';

/** An attempt takes 20 seconds at most, and begins soon unless much waits. */
const WAIT_MS = 30_000;
const ASK_EVERY_MS = 500;

/** `btcf webhooks test`: exit code 1 unless it was delivered. */
export async function sendTest(
  id: string,
  options: WebhookOptions & { readonly wait: boolean },
): Promise<void> {
  const queued = await callApi(options, (api) => api.deliveryTest({ path: { id } }));
  const delivery = options.wait ? await firstAttempt(id, queued, options) : queued;
  printReply(delivery, options, deliveryText);
  if (options.wait && delivery.state !== 'delivered') process.exitCode = 1;
}

async function firstAttempt(
  id: string,
  queued: WebhookDeliveryDetail,
  options: WebhookOptions,
): Promise<WebhookDeliveryDetail> {
  const path = { id, delivery: queued.id };
  let delivery = queued;
  for (let waitedMs = 0; delivery.attempts === 0 && waitedMs < WAIT_MS; waitedMs += ASK_EVERY_MS) {
    await pause(ASK_EVERY_MS);
    delivery = await callApi(options, (api) => api.deliveryFind({ path }));
  }
  return delivery;
}

interface ReplayOptions extends WebhookOptions {
  /** Instants in ms. */
  readonly from?: number;
  readonly to?: number;
  readonly include?: string[];
}

/** `btcf webhooks replay`: one delivery, or all of a range. */
export async function replay(
  id: string,
  delivery: string | undefined,
  options: ReplayOptions,
): Promise<void> {
  const { from, to = Date.now(), include } = options;
  if ((delivery === undefined) === (from === undefined)) {
    throw new AppError('caller', 'request.invalid', 'name a delivery, or a range by --from and --to');
  }
  if (delivery !== undefined) {
    const path = { id, delivery };
    printReply(await callApi(options, (api) => api.deliveryReplayOne({ path })), options, deliveryText);
    return;
  }
  const queued = await replayRange(id, { from: instant(from!), to: instant(to), include }, options);
  printReply({ queued }, options, (reply) => `${reply.queued} events are sent again\n`);
}

/** One request takes a thousand; the next begins where it ended. */
async function replayRange(
  id: string,
  range: { readonly from: string; readonly to: string; readonly include: string[] | undefined },
  options: WebhookOptions,
): Promise<number> {
  let queued = 0;
  let from: string | null = range.from;
  while (from !== null) {
    const body = { ...range, from } as WebhookReplayRequest;
    const reply = await callApi(options, (api) => api.deliveryReplayRange({ path: { id }, body }));
    queued += reply.queued;
    from = reply.next;
  }
  return queued;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
