import { AuditRepository, IdempotencyRepository, ModelMoveAudit } from '@btcforecast/access';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** What has to be done now and then about who did what. */
@Injectable()
export class AccessUpkeep {
  readonly #moves: ModelMoveAudit;
  readonly #idempotency: IdempotencyRepository;

  constructor(dataSource: DataSource) {
    this.#moves = new ModelMoveAudit(dataSource, new AuditRepository(dataSource));
    this.#idempotency = new IdempotencyRepository(dataSource);
  }

  auditModelMoves(): Promise<{ entered: number }> {
    return this.#moves.enter();
  }

  async pruneIdempotencyKeys(): Promise<{ deleted: number }> {
    return { deleted: await this.#idempotency.prune() };
  }
}
