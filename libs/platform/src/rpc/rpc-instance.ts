import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  CountBreaker,
  handleType,
} from 'cockatiel';
import type { HostPort } from '../config/platform.env.js';
import type { Logger } from '../logging/create-logger.js';
import { ConnectionLostError, NoAnswerError, RpcConnection, type SendOptions } from './rpc-connection.js';
import type { RpcTls } from './rpc-tls.js';

const CONNECT_TIMEOUT_MS = 1_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** How often to look whether the last answer of an instance that is gone has come, and for how long at most. */
const RETIRE_LOOK_MS = 50;
const RETIRE_MS = 30_000;
/** The breaker opens when half of the last calls, at least five, got no answer in time. */
const BREAKER = { threshold: 0.5, size: 20, minimumNumberOfCalls: 5 };
const BREAKER_OPEN_MS = 1_000;

/**
 * One instance of a service: a connection that is made when first wanted and from then on kept, again and
 * again, until closed; and a breaker that stops calls to an instance that does not answer them.
 */
export class RpcInstance {
  readonly name: string;
  readonly #breaker: CircuitBreakerPolicy;
  #connection: RpcConnection | undefined;
  #connecting = false;
  #closed = false;
  #downSinceMs: number | undefined;
  #openUntilMs = 0;

  constructor(
    private readonly address: HostPort,
    private readonly tls: RpcTls | undefined,
    private readonly logger: Logger,
    /** Called at each change from away to connected. */
    private readonly onConnect: () => void,
  ) {
    this.name = `${address.host}:${address.port}`;
    this.#breaker = circuitBreaker(handleType(NoAnswerError), {
      breaker: new CountBreaker(BREAKER),
      halfOpenAfter: BREAKER_OPEN_MS,
    });
    // What hangs may be the connection rather than the peer, so the probe after the pause gets a new one.
    this.#breaker.onBreak(() => {
      this.#openUntilMs = performance.now() + BREAKER_OPEN_MS;
      this.logger.warn({ instance: this.name }, 'calls are not answered in time: circuit opened');
      this.#connection?.close();
    });
    this.#breaker.onReset(() => this.logger.info({ instance: this.name }, 'circuit closed'));
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** No call may be sent; after the pause a probe may, or the circuit would never close. */
  get circuitOpen(): boolean {
    return this.#breaker.state === CircuitState.Open && performance.now() < this.#openUntilMs;
  }

  /** Calls that wait for an answer of this instance. */
  get pendingCalls(): number {
    return this.#connection?.pendingCalls ?? 0;
  }

  /** How long a connection has been wanted in vain; 0 while connected. */
  get downMs(): number {
    return this.#downSinceMs === undefined ? 0 : performance.now() - this.#downSinceMs;
  }

  /**
   * @throws ConnectionLostError (also when the circuit is open), NoAnswerError, AbandonedError
   */
  async call(
    pattern: string,
    envelope: unknown,
    timeoutMs: number,
    options: SendOptions = {},
  ): Promise<unknown> {
    // Only a patient call can find out whether an instance answers again.
    if (options.impatient && this.#breaker.state !== CircuitState.Closed) throw this.#silent();
    try {
      return await this.#breaker.execute(() => {
        if (!this.#connection) throw new ConnectionLostError(`${this.name} is not connected`);
        return this.#connection.send(pattern, envelope, timeoutMs, options);
      });
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw this.#silent(error);
    }
  }

  /** Sends what has no answer, if there is a connection. */
  tell(pattern: string, data: unknown): void {
    this.#connection?.tell(pattern, data);
  }

  /** Starts to connect if there is no connection; returns at once. */
  wake(): void {
    if (this.#connecting || this.#connection || this.#closed) return;
    this.#connecting = true;
    this.#downSinceMs ??= performance.now();
    void this.#connectUntilDone().finally(() => (this.#connecting = false));
  }

  /** Connects no more, and closes once nobody waits for an answer. */
  async retire(): Promise<void> {
    this.#closed = true;
    const endsAtMs = performance.now() + RETIRE_MS;
    while (this.pendingCalls > 0 && performance.now() < endsAtMs) {
      await sleep(RETIRE_LOOK_MS, undefined, { ref: false });
    }
    this.close();
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  #silent(cause?: unknown): ConnectionLostError {
    return new ConnectionLostError(`${this.name} has not answered lately`, { cause });
  }

  async #connectUntilDone(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.#closed; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const connection = await RpcConnection.open(this.address, this.tls, CONNECT_TIMEOUT_MS, () =>
          this.#lost(),
        );
        this.#connected(connection);
        return;
      } catch (error) {
        this.logger.debug({ instance: this.name, reason: (error as Error).message }, 'no connection yet');
        // Half fixed, half random: many clients must not come back in step.
        await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { ref: false });
      }
    }
  }

  #connected(connection: RpcConnection): void {
    if (this.#closed) return connection.close();
    this.#connection = connection;
    this.#downSinceMs = undefined;
    this.logger.debug({ instance: this.name }, 'connected');
    this.onConnect();
  }

  #lost(): void {
    this.#connection = undefined;
    // After the present task: `wake` refuses while the attempt that ends here still counts as running.
    if (!this.#closed) setImmediate(() => this.wake());
  }
}
