import { Clock } from '@btcforecast/platform';
import { GuardedFetch } from '@btcforecast/platform/guarded-fetch';
import { Injectable } from '@nestjs/common';
import { SecretRepository } from '../endpoints/secret.repository.js';
import { webhookHeaders } from '../signing/sign-webhook.js';
import type { Claim } from './delivery.repository.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { slackBody } from './slack-text.js';

const TIMEOUT_MS = 20_000;
const RESPONSE_BYTES = 1_024;

/** Signs what is to be delivered, sends it, and reads the beginning of the answer. */
@Injectable()
export class WebhookSender {
  constructor(
    private readonly secrets: SecretRepository,
    private readonly fetcher: GuardedFetch,
    private readonly clock: Clock,
  ) {}

  /**
   * @param atMs wall time of the attempt, which is signed
   * @throws GuardedFetchError when there is no answer; AppError transient service.not_ready without the key that sealed
   *   the secrets
   */
  async send(claim: Claim, atMs: number): Promise<Outcome> {
    const keys = await this.secrets.listValid(claim.endpointId, new Date(atMs));
    const body = claim.format === 'slack' ? slackBody(claim.body) : claim.body;
    const message = { id: claim.eventId, timestamp: Math.floor(atMs / 1_000), body };
    const answer = await this.fetcher.request({
      url: claim.url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'btcforecast-webhooks/1',
        ...webhookHeaders(
          message,
          keys.map(({ key }) => key),
        ),
      },
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: RESPONSE_BYTES,
    });
    return outcomeOf(answer, this.clock.now());
  }

  /** Ends at once whatever goes on. */
  close(): Promise<void> {
    return this.fetcher.close();
  }
}
