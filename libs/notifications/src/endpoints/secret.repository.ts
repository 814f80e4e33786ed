import { WebhookSecretEntity } from '@btcforecast/database';
import { SecretBox } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, MoreThan } from 'typeorm';
import { newWebhookKey, packKey, unpackKey, type WebhookKey } from '../signing/webhook-key.js';

/** A key with its times; `expiresAt` null: the one in force. */
export interface StoredKey {
  readonly key: WebhookKey;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** The table `webhook_secrets`. What is in it can be read with the key of the configuration only. */
@Injectable()
export class SecretRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  async addFirst(manager: EntityManager, endpointId: string, now: Date): Promise<void> {
    const sealed = this.box.seal(packKey(newWebhookKey()), aboutOf(endpointId));
    await manager.insert(WebhookSecretEntity, { endpointId, sealed, createdAt: now, expiresAt: null });
  }

  /** A new key in force; the old one is signed with until `expiresAt`. Whoever calls holds the endpoint's row. */
  async rotate(manager: EntityManager, endpointId: string, now: Date, expiresAt: Date): Promise<void> {
    await manager.update(WebhookSecretEntity, { endpointId, expiresAt: IsNull() }, { expiresAt });
    await this.addFirst(manager, endpointId, now);
  }

  /** How many are signed with besides the one in force. */
  countOld(manager: EntityManager, endpointId: string, now: Date): Promise<number> {
    return manager.countBy(WebhookSecretEntity, { endpointId, expiresAt: MoreThan(now) });
  }

  /** What is signed with now, the key in force first. */
  async listValid(endpointId: string, now: Date): Promise<StoredKey[]> {
    const rows = await this.dataSource.getRepository(WebhookSecretEntity).find({
      where: [
        { endpointId, expiresAt: IsNull() },
        { endpointId, expiresAt: MoreThan(now) },
      ],
      order: { id: 'DESC' },
    });
    return rows.map(({ sealed, createdAt, expiresAt }) => ({
      key: unpackKey(this.box.open(sealed, aboutOf(endpointId))),
      createdAt,
      expiresAt,
    }));
  }
}

function aboutOf(endpointId: string): string {
  return `webhook_secrets ${endpointId}`;
}
