import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { AppError, isAppError } from '../errors/app-error.js';
import { isDatabaseAway } from '../errors/database-away.js';
import type { Logger } from '../logging/create-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { lsnOf, ReplicaLag } from './replica-lag.js';

const LOOK_EVERY_MS = 1_000;
/** Who takes longer is passed over; a primary, which may be far away, only where the replica can be asked instead. */
const ANSWER_MS = { replica: 2_000, primary: 1_000 };
/** After a failure nobody waits for that place for so long. */
const PASSED_OVER_MS = 2_000;
/** SQLSTATE of a query that a standby gives up because it would hold up its replay. */
const RECOVERY_CONFLICT = '40001';

const PRIMARY_LSN = 'SELECT pg_current_wal_lsn() AS lsn';
const REPLICA_LSN = 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END AS lsn';

export interface ReplicaReadsOptions {
  readonly primary: DataSource;
  /** Not connected yet; absent: everything is read from the primary. */
  readonly replica?: DataSource | undefined;
  /** What is read from the replica is at most this old. */
  readonly maxLagMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface ReadOptions {
  /** The primary is asked, and the replica only while the primary is away or slow. */
  readonly newest?: boolean;
}

type Place = 'primary' | 'replica';

/**
 * Decides from where is read: the replica of the region while it is near, answers and is quick, else the primary; and
 * while the primary is away the replica, however old. Only what no client writes may be read through this, so that
 * nobody can miss a write of their own.
 */
export class ReplicaReads {
  readonly #lag = new ReplicaLag();
  readonly #counted;
  readonly #fellBack;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  readonly #passedOverUntil = { replica: 0, primary: 0 };
  #primaryAway = false;

  constructor(private readonly options: ReplicaReadsOptions) {
    const { metrics, replica } = options;
    this.#counted = metrics.counter('database_reads_total', 'Reads that a replica may answer', ['from']);
    this.#fellBack = metrics.counter(
      'database_read_fallbacks_total',
      'Such reads that another had to answer',
      ['reason'],
    );
    for (const from of ['primary', 'replica', 'old_replica']) this.#counted.inc({ from }, 0);
    for (const reason of ['behind', 'away', 'slow', 'lacking']) this.#fellBack.inc({ reason }, 0);
    metrics.gauge(
      'database_replica_lag_seconds',
      'How old what the replica shows may be; infinite while it is away, 0 without one',
      [],
      (gauge) => gauge.set(replica ? this.#lag.at(performance.now()) / 1_000 : 0),
    );
    this.#watching = replica ? this.#watch(replica) : Promise.resolve();
  }

  /** The same questions, to be asked of either. */
  of<T>(make: (source: DataSource) => T): Reads<T> {
    const { primary, replica } = this.options;
    return new Reads(this, { primary: make(primary), replica: replica && make(replica) });
  }

  /** What is done over the replica alone; undefined where there is none. */
  ofReplica<T>(make: (replica: DataSource) => T): T | undefined {
    const { replica } = this.options;
    return replica && make(replica);
  }

  /** As of the last look, a second ago. */
  get primaryAway(): boolean {
    return this.#primaryAway;
  }

  /** @throws what the first place that was asked threw, when none can answer */
  async read<T, R>(
    places: Places<T>,
    work: (from: T) => Promise<R>,
    { newest = false }: ReadOptions = {},
  ): Promise<R> {
    const near = this.#isNear();
    const refusals: unknown[] = [];
    const order = this.#order(near, newest).filter((place) => places[place] !== undefined);
    for (const [i, place] of order.entries()) {
      const isBounded = place === 'replica' || (newest && i < order.length - 1);
      try {
        const asked = work(places[place]!); // filtered above
        const answer = await (isBounded ? inTime(place, asked) : asked);
        this.#count(place, near);
        return answer;
      } catch (error) {
        if (!this.#mayAskAnother(place, error)) throw error;
        refusals.push(error);
      }
    }
    throw worst(refusals, near);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    if (this.options.replica?.isInitialized) await this.options.replica.destroy();
  }

  #count(place: Place, near: boolean): void {
    this.#counted.inc({ from: place === 'replica' && !near ? 'old_replica' : place });
  }

  #order(near: boolean, newest: boolean): readonly Place[] {
    if (!this.options.replica?.isInitialized) return ['primary'];
    const isSlow = performance.now() < this.#passedOverUntil.primary;
    if (this.#primaryAway || (near && (isSlow || !newest))) return ['replica', 'primary'];
    if (!newest) this.#fellBack.inc({ reason: 'behind' });
    return ['primary', 'replica'];
  }

  #isNear(): boolean {
    const now = performance.now();
    return now >= this.#passedOverUntil.replica && this.#lag.at(now) <= this.options.maxLagMs;
  }

  /** What a replica does not know may have come a moment ago: the primary is asked before anybody is told so. */
  #mayAskAnother(place: Place, error: unknown): boolean {
    const isLate = error instanceof SlowError;
    if (place === 'primary' && !isLate) {
      this.#primaryAway ||= isAway(error);
      return isAway(error);
    }
    const reason = reasonOf(error);
    if (reason === undefined) return false;
    this.#fellBack.inc({ reason });
    if (reason !== 'lacking') this.#passedOverUntil[place] = performance.now() + PASSED_OVER_MS;
    return true;
  }

  async #watch(replica: DataSource): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await Promise.all([this.#lookAtPrimary(), this.#lookAtReplica(replica)]);
      await delay(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #lookAtPrimary(): Promise<void> {
    const at = performance.now();
    try {
      const [row] = await this.options.primary.query<{ lsn: string }[]>(PRIMARY_LSN);
      this.#lag.primaryHad(lsnOf(row!.lsn), at);
      this.#primaryAway = false;
    } catch (error) {
      if (!this.#primaryAway)
        this.options.logger.warn({ err: error }, 'primary away: reads go to the replica');
      this.#primaryAway = true;
    }
  }

  async #lookAtReplica(replica: DataSource): Promise<void> {
    const at = performance.now();
    try {
      if (!replica.isInitialized) await replica.initialize();
      const [row] = await replica.query<{ lsn: string | null }[]>(REPLICA_LSN);
      if (row?.lsn) this.#lag.replicaHas(lsnOf(row.lsn));
      else this.#lag.replicaIsPrimary(at);
    } catch (error) {
      this.options.logger.debug({ err: error }, 'replica away: reads go to the primary');
    }
  }
}

interface Places<T> {
  readonly primary: T;
  readonly replica: T | undefined;
}

/** Questions that the replica may answer. */
export class Reads<T> {
  constructor(
    private readonly reads: ReplicaReads,
    private readonly places: Places<T>,
  ) {}

  read<R>(work: (from: T) => Promise<R>, options?: ReadOptions): Promise<R> {
    return this.reads.read(this.places, work, options);
  }
}

class SlowError extends AppError {}

async function inTime<R>(place: Place, answer: Promise<R>): Promise<R> {
  const done = new AbortController();
  const late = delay(ANSWER_MS[place], undefined, { signal: done.signal }).then(() => {
    throw new SlowError(
      'transient',
      'database.unavailable',
      `the ${place} does not answer in time; try again`,
    );
  });
  late.catch(() => undefined); // either it is awaited, or it is too late to matter
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    done.abort();
  }
}

/** A replica that is near may say no by itself; what an old one does not know may be there all the same. */
function worst(refusals: readonly unknown[], near: boolean): unknown {
  return (near ? undefined : refusals.find(isAway)) ?? refusals[0];
}

function isAway(error: unknown): boolean {
  return isDatabaseAway(error) || (isAppError(error) && error.code === 'database.unavailable');
}

/** Why another is to be asked; undefined: nobody would answer otherwise. */
function reasonOf(error: unknown): 'away' | 'slow' | 'lacking' | undefined {
  if (error instanceof SlowError) return 'slow';
  if (isAway(error) || (error as { code?: unknown }).code === RECOVERY_CONFLICT) return 'away';
  return isAppError(error) && error.kind !== 'bug' ? 'lacking' : undefined;
}
