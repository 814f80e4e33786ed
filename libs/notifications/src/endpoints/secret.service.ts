import type { WebhookReply, WebhookRotateRequest, WebhookSecretsReply } from '@btcforecast/contracts';
import { AppError, Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import type { Asker } from '../asker.js';
import { publicKeyText, secretText } from '../signing/webhook-key.js';
import { endpointReply } from './endpoint-reply.js';
import { noEndpoint } from './endpoint.service.js';
import { EndpointRepository } from './endpoint.repository.js';
import { SecretRepository } from './secret.repository.js';

/** Each makes every message longer by two signatures. */
const MAX_OLD_KEYS = 3;
const HOUR_MS = 3_600_000;

/** What receivers check signatures with. Shown here and nowhere else, so that no other reply is a secret. */
@Injectable()
export class SecretService {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly secrets: SecretRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError caller webhook.not_found; transient service.not_ready without the key that sealed them */
  async show(asker: Asker, id: string): Promise<WebhookSecretsReply> {
    if (!(await this.endpoints.find(asker, id))) throw noEndpoint();
    const keys = await this.secrets.listValid(id, new Date(this.clock.now()));
    return {
      data: keys.map(({ key, createdAt, expiresAt }) => ({
        secret: secretText(key),
        publicKey: publicKeyText(key),
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt?.toISOString() ?? null,
      })),
    };
  }

  /**
   * Makes a new key, in force at once; messages are signed with the old one as well for as long as is asked.
   *
   * @throws AppError caller webhook.not_found; webhook.conflict when too many old ones are still signed with
   */
  async rotate(asker: Asker, id: string, { overlapHours }: WebhookRotateRequest): Promise<WebhookReply> {
    const now = new Date(this.clock.now());
    return this.endpoints.transaction(async (manager) => {
      const row = await this.endpoints.lock(manager, asker, id);
      if (!row) throw noEndpoint();
      if ((await this.secrets.countOld(manager, id, now)) >= MAX_OLD_KEYS) throw tooManyOld();
      await this.secrets.rotate(manager, id, now, new Date(now.getTime() + overlapHours * HOUR_MS));
      return endpointReply(row);
    });
  }
}

function tooManyOld(): AppError {
  const message = `messages are signed with ${MAX_OLD_KEYS} old secrets already; wait until one of them has expired`;
  return new AppError('caller', 'webhook.conflict', message);
}
