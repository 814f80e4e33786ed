import type { AuditBody } from '@btcforecast/contracts';
import { AppError, type Clock, type Logger, type Metrics } from '@btcforecast/platform';
import type { Counter } from 'prom-client';
import { bodyText } from './audit-entry.js';
import {
  type AuditEnd,
  type AuditFacts,
  type AuditNotes,
  begun,
  endedText,
  withNotes,
} from './audit-facts.js';
import type { AuditRepository } from './audit.repository.js';
import { RefusalBook } from './refusal-book.js';

export interface AuditLogDependencies {
  readonly repository: AuditRepository;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What has happened is entered together with all else that did within this. */
const BATCH_MS = 1_000;
const ABANDONED_MS = 60_000;
/** Entries of one transaction at most. */
const BATCH = 500;
/** While the database is away actions cannot begin, so what waits is bounded by what had begun; this is a backstop. */
const MAX_WAITING = 10_000;

/**
 * The audit log: who did what, from where, when, and what became of it. An action is written down before it is done
 * (`begin`), so that none is done that cannot be; its entry joins the hash chain within a second or so of its end.
 */
export class AuditLog {
  readonly #refusals = new RefusalBook();
  readonly #lost: Counter;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(private readonly deps: AuditLogDependencies) {
    this.#lost = deps.metrics.counter('audit_entries_lost_total', 'Audit entries that could not be kept');
    deps.metrics.gauge('audit_entries_waiting', 'Audit entries not in the chain yet', [], (gauge) =>
      gauge.set(this.#waiting.length),
    );
  }

  /** Starts writing in the background. */
  start(): void {
    if (this.#timers.length > 0) return;
    this.#timers = [
      setInterval(() => void this.flush(), BATCH_MS).unref(),
      setInterval(() => void this.#enterAbandoned(), ABANDONED_MS).unref(),
    ];
  }

  /** Stops it, once what waits has been written. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.flush();
    await this.flush(); // what came while the first was being written
  }

  /**
   * Writes down that an action begins; to be called before anything of it is done, and ended in any case.
   *
   * @throws AppError transient audit.unavailable when that cannot be written: the action must then not be done
   */
  async begin(facts: AuditFacts): Promise<AuditedAction> {
    const body = begun(facts, this.deps.clock.now());
    try {
      await this.deps.repository.open({ id: body.id, body: bodyText(body) });
    } catch (error) {
      const message = 'nothing was done, because it could not be entered into the audit log; try again';
      throw new AppError('transient', 'audit.unavailable', message, {}, { cause: error });
    }
    return new AuditedAction(body, (text) => this.#add(text));
  }

  /**
   * As {@link begin}, for an action whose beginning is not worth a row: one that anybody may try without
   * credentials. It is entered when it has ended well; that it was refused is counted with the refusals.
   */
  beginUnwritten(facts: AuditFacts): AuditedAction {
    return new AuditedAction(begun(facts, this.deps.clock.now()), (text, end) => {
      if (end.status < 400) this.#add(text);
      else this.refuse(facts, end);
    });
  }

  /** Notes a refused access. Costs no wait: alike ones within a second become one entry with their number. */
  refuse(facts: AuditFacts, end: AuditEnd): void {
    this.#refusals.add(facts, end, this.deps.clock.now());
  }

  /** Writes what waits. Never rejects: what could not be written goes on waiting. */
  flush(): Promise<void> {
    this.#writing ??= this.#flush().finally(() => (this.#writing = undefined));
    return this.#writing;
  }

  async #flush(): Promise<void> {
    for (const text of this.#refusals.take(this.deps.clock.now())) this.#add(text);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      try {
        await this.deps.repository.append(batch);
      } catch (error) {
        this.deps.logger.warn({ err: error, waiting: this.#waiting.length }, 'audit entries have to wait');
        return;
      }
      this.#waiting = this.#waiting.slice(batch.length);
    }
  }

  #add(text: string): void {
    if (this.#waiting.length < MAX_WAITING) {
      this.#waiting.push(text);
      return;
    }
    this.#lost.inc();
    this.deps.logger.error({ entry: JSON.parse(text) as unknown }, 'audit entry could not be kept');
  }

  async #enterAbandoned(): Promise<void> {
    try {
      const entered = await this.deps.repository.enterAbandoned();
      if (entered > 0) this.deps.logger.warn({ entered }, 'actions whose end is not known were entered');
    } catch (error) {
      this.deps.logger.warn({ err: error }, 'abandoned actions could not be entered; it is tried again');
    }
  }
}

/** One action, from its beginning to its end. */
export class AuditedAction {
  #body: AuditBody;
  #ended = false;

  constructor(
    body: AuditBody,
    private readonly onEnd: (text: string, end: AuditEnd) => void,
  ) {
    this.#body = body;
  }

  /** Adds to the entry; details are merged, the last one of a name counts. */
  note(notes: AuditNotes): void {
    this.#body = withNotes(this.#body, notes);
  }

  /** Says what became of it. The first call counts. */
  end(end: AuditEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd(endedText(this.#body, end), end);
  }
}
