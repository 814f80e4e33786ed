import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Principal } from '@btcforecast/access';
import type { StreamClosing } from '@btcforecast/contracts';
import { AppError, type Logger } from '@btcforecast/platform';
import type { StreamListener } from './record/stream-feeder.js';
import type { StreamMetrics } from './stream-metrics.js';
import type { StreamSettings } from './stream-settings.js';

export interface StreamHubParts {
  readonly settings: StreamSettings;
  readonly metrics: StreamMetrics;
  readonly logger: Logger;
}

export type CloseReason = StreamClosing['reason'];

/** One client, however it is connected. */
export interface StreamConnection {
  readonly principal: Principal;
  /** From where its credentials were shown; null where that does not matter. */
  readonly address: string | null;
  /** Sends what waits for it, as far as it takes it. */
  pump(): void;
  /** The sequence is another one than before. */
  startOver(): void;
  /** Looks after itself: heartbeat, liveness, whether it keeps up. */
  tick(nowMs: number): void;
  /** Says why, and goes. */
  close(reason: CloseReason, retryMs: number): void;
  /** Goes at once, without a word. */
  abort(): void;
}

/** For so long streams are written to before other work gets its turn. */
const SLICE_MS = 4;
const TICK_MS = 1_000;
/** Clients that are sent away come back within this time, not all at once. */
const RETRY_SPREAD_MS = 5_000;
const RETRY_AT_LEAST_MS = 500;

/** All open streams of this process: hands them what has happened, and looks after them. */
export class StreamHub implements StreamListener {
  readonly #connections = new Set<StreamConnection>();
  readonly #reserved = new Map<string, number>();
  #total = 0;
  #closing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: StreamHubParts) {}

  get connections(): ReadonlySet<StreamConnection> {
    return this.#connections;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#tick(), TICK_MS).unref();
  }

  /**
   * Keeps room for one more stream; to be given back when it has ended, or could not be opened.
   *
   * @throws AppError stream.limit_reached when the tenant has enough; transient service.not_ready when this process has,
   *   or is shutting down
   */
  reserve({ tenant }: Principal): () => void {
    const { perTenant, perProcess } = this.parts.settings;
    const ofTenant = this.#reserved.get(tenant) ?? 0;
    if (this.#closing) throw notNow('this gateway is shutting down; connect again');
    if (ofTenant >= perTenant) {
      const message = `${perTenant} streams of yours are open at this gateway, which is all it allows; close some`;
      throw new AppError('caller', 'stream.limit_reached', message, { limit: perTenant });
    }
    if (this.#total >= perProcess) throw notNow('this gateway has as many streams as it can; connect again');
    this.#total += 1;
    this.#reserved.set(tenant, ofTenant + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#total -= 1;
      this.#reserved.set(tenant, (this.#reserved.get(tenant) ?? 1) - 1);
    };
  }

  add(connection: StreamConnection): void {
    this.#connections.add(connection);
    if (this.#closing) connection.close('shutdown', retryMs());
  }

  remove(connection: StreamConnection): void {
    this.#connections.delete(connection);
  }

  /** Sends everybody away, to come back at another gateway or at this one's successor. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#timer);
    await this.#each((connection) => connection.close('shutdown', retryMs()));
  }

  /** Who is level gets what is new; who is behind goes on by itself when its connection takes more. */
  async onEvents(): Promise<void> {
    const began = performance.now();
    await this.#each((connection) => connection.pump());
    this.parts.metrics.fannedOut(performance.now() - began);
  }

  onReplaced(): void {
    void this.#each((connection) => connection.startOver());
  }

  /** A turn later than the timer: what sockets have taken while this process was busy has been noticed then. */
  async #tick(): Promise<void> {
    await nextTurn();
    await this.#each((connection) => connection.tick(performance.now()));
  }

  async #each(work: (connection: StreamConnection) => void): Promise<void> {
    let began = performance.now();
    for (const connection of this.#connections) {
      this.#guarded(connection, work);
      if (performance.now() - began < SLICE_MS) continue;
      await nextTurn();
      began = performance.now();
    }
  }

  /** One connection's trouble is none of the others'. */
  #guarded(connection: StreamConnection, work: (connection: StreamConnection) => void): void {
    try {
      work(connection);
    } catch (error) {
      this.parts.logger.error({ err: error }, 'a stream failed');
      this.#connections.delete(connection);
      connection.abort();
    }
  }
}

function retryMs(): number {
  return RETRY_AT_LEAST_MS + Math.floor(Math.random() * RETRY_SPREAD_MS);
}

function notNow(message: string): AppError {
  return new AppError('transient', 'service.not_ready', message);
}
