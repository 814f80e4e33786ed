import { performance } from 'node:perf_hooks';
import type { RpcService } from '@btcforecast/contracts';
import type { HostPort } from '../config/platform.env.js';
import type { Logger } from '../logging/create-logger.js';
import { AbandonedError, ConnectionLostError } from './rpc-connection.js';
import { RpcInstance } from './rpc-instance.js';
import type { RpcTls } from './rpc-tls.js';

export interface PickOptions {
  /** Not this one, as long as there is another. */
  readonly avoid?: RpcInstance;
  /** Wait the whole time even for a service that has been away for long. */
  readonly patient?: boolean;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls wait through a restart, but fail at once when a service has been away for longer than this. */
const WAIT_WHILE_DOWN_MS = 5_000;

/** The instances of one service. */
export class RpcPool {
  #instances: readonly RpcInstance[] = [];
  /** Those that others took the place of, until their last answers have come. */
  readonly #gone = new Set<RpcInstance>();
  readonly #waiting = new Set<() => void>();
  #next = 0;
  #closed = false;
  #wanted = false;

  constructor(
    private readonly service: RpcService,
    addresses: readonly HostPort[],
    private readonly tls: RpcTls | undefined,
    private readonly logger: Logger,
  ) {
    this.follow(addresses);
  }

  /** These are the instances now. One that is not among them gets no new calls, and may finish those that it has. */
  follow(addresses: readonly HostPort[]): void {
    if (this.#closed) return;
    const before = new Map(this.#instances.map((instance) => [instance.name, instance]));
    const instances = addresses.map((address) => {
      const made = new RpcInstance(address, this.tls, this.logger, () => this.#wakeAll());
      const known = before.get(made.name);
      before.delete(made.name);
      return known ?? made;
    });
    this.#instances = instances;
    for (const instance of before.values()) {
      this.#gone.add(instance);
      void instance.retire().then(() => this.#gone.delete(instance));
    }
    this.#wakeAll();
  }

  /** How many instances there are, and how many of them can be asked now; null while none was ever wanted. */
  get reach(): { readonly known: number; readonly askable: number } | null {
    if (!this.#wanted) return null; // a connection is made when first wanted: until then its lack says nothing
    const askable = this.#instances.filter(({ connected, circuitOpen }) => connected && !circuitOpen);
    return { known: this.#instances.length, askable: askable.length };
  }

  get pendingCalls(): number {
    return [...this.#instances, ...this.#gone].reduce((sum, instance) => sum + instance.pendingCalls, 0);
  }

  /**
   * The connected instance whose turn it is; waits for one until `endsAtMs` (monotonic time).
   *
   * @throws ConnectionLostError when there is none
   */
  async connected(endsAtMs: number, options: PickOptions = {}): Promise<RpcInstance> {
    for (;;) {
      const instance = this.#pick(options.avoid);
      if (instance) return instance;
      if (options.signal?.aborted) throw new AbandonedError('the caller stopped waiting');
      const leftMs = endsAtMs - performance.now();
      if (this.#closed || leftMs <= 0 || (!options.patient && this.#isHopeless())) throw this.#unreachable();
      await this.#connection(leftMs, options.signal);
    }
  }

  close(): void {
    this.#closed = true;
    for (const instance of [...this.#instances, ...this.#gone]) instance.close();
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #pick(avoid: RpcInstance | undefined): RpcInstance | undefined {
    this.#wanted = true;
    for (const instance of this.#instances) instance.wake();
    const connected = this.#instances.filter((instance) => instance.connected);
    const others = connected.filter((instance) => instance !== avoid && !instance.circuitOpen);
    const candidates = others.length > 0 ? others : connected;
    this.#next += 1;
    return candidates[this.#next % Math.max(1, candidates.length)];
  }

  #isHopeless(): boolean {
    return this.#instances.every((instance) => instance.downMs > WAIT_WHILE_DOWN_MS);
  }

  #connection(withinMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  #unreachable(): ConnectionLostError {
    const names = this.#instances.map((instance) => instance.name).join(', ');
    return new ConnectionLostError(`no connection to ${this.service} (${names || 'no address configured'})`);
  }
}
