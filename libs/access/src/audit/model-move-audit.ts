import type { AuditBody } from '@btcforecast/contracts';
import type { DataSource } from 'typeorm';
import { bodyText } from './audit-entry.js';
import { begun, withNotes } from './audit-facts.js';
import type { AuditRepository } from './audit.repository.js';

const MOVES_AT_ONCE = 500;

interface MoveRow {
  readonly id: string;
  readonly feed: string;
  readonly instrument: string;
  readonly alias: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly share: number | null;
  readonly effective_origin: Date;
  readonly actor: string;
  readonly reason: string;
  readonly evaluation_id: string | null;
  readonly recorded_at: Date;
}

/**
 * Enters what the system does to models by itself: its moves of aliases. Those of people are entered with their
 * requests.
 */
export class ModelMoveAudit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: AuditRepository,
  ) {}

  /** Enters the moves that are missing; each is entered once, however many do this at once. @returns how many */
  async enter(): Promise<{ entered: number }> {
    let entered = 0;
    for (;;) {
      const rows = await this.#missing();
      if (rows.length > 0) await this.repository.append(rows.map((row) => bodyText(bodyOf(row))));
      entered += rows.length;
      if (rows.length < MOVES_AT_ONCE) return { entered };
    }
  }

  /** Found by comparing tables: a row becomes visible when its transaction ends, later than the number it bears. */
  #missing(): Promise<MoveRow[]> {
    return this.dataSource.query<MoveRow[]>(
      `SELECT id, feed, instrument, alias, from_name || '@' || from_version AS "from",
         to_name || '@' || to_version AS "to", share, effective_origin, actor, reason, evaluation_id, recorded_at
       FROM model_alias_moves AS move
       WHERE actor !~ '^(key|client|session) '
         AND NOT EXISTS (SELECT 1 FROM audit_log WHERE audit_log.id = 'alias-move-' || move.id)
       ORDER BY id LIMIT $1`,
      [MOVES_AT_ONCE],
    );
  }
}

function bodyOf(row: MoveRow): AuditBody {
  const { feed, instrument, alias, from, to, share, reason, evaluation_id: evaluation } = row;
  const facts = { actor: { system: row.actor }, action: 'models:promote system', subject: to ?? from };
  const effectiveOrigin = row.effective_origin.toISOString();
  return {
    ...withNotes(begun(facts, row.recorded_at.getTime()), {
      detail: { feed, instrument, alias, from, to, share, effectiveOrigin, reason, evaluation },
    }),
    id: `alias-move-${row.id}`,
    outcome: 'done',
  };
}
