import { Controller, Inject, Injectable } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { RPC_CANCEL, RpcCancel, type RpcEnvelope } from '@btcforecast/contracts';
import type { PlatformEnv } from '../config/platform.env.js';
import { ENV } from '../nest/tokens.js';
import { Clock } from '../time/clock.js';
import { RpcCall } from './rpc-call.js';
import { RpcToken } from './rpc-token.js';

/** A message and its cancellation are read together when this process was busy, in either order. */
const REMEMBERED_CANCELLATIONS = 1_000;

/** The calls that are being answered here, by the names that their callers gave them. */
@Injectable()
export class RunningCalls {
  readonly #running = new Map<string, RpcCall>();
  readonly #cancelledBefore = new Set<string>();

  constructor(private readonly clock: Clock) {}

  /**
   * Runs `work` unless nobody waits for it any more.
   *
   * @throws AppError transient rpc.deadline_exceeded when it did not run
   */
  async run<T>(
    { call: name, deadline }: Pick<RpcEnvelope, 'call' | 'deadline'>,
    work: (call: RpcCall) => Promise<T>,
  ): Promise<T> {
    const call = new RpcCall(deadline, this.clock);
    if (name !== undefined && this.#cancelledBefore.delete(name)) call.cancel();
    call.assertWanted();
    if (name !== undefined) this.#running.set(name, call);
    try {
      return await work(call);
    } finally {
      call.end();
      if (name !== undefined) this.#running.delete(name);
    }
  }

  cancel(name: string): void {
    const call = this.#running.get(name);
    if (call) return call.cancel();
    this.#cancelledBefore.add(name);
    if (this.#cancelledBefore.size <= REMEMBERED_CANCELLATIONS) return;
    const [oldest] = this.#cancelledBefore;
    if (oldest !== undefined) this.#cancelledBefore.delete(oldest);
  }
}

/** Where callers say that they have stopped waiting. */
@Controller()
export class RpcCancelController {
  readonly #token: RpcToken;

  constructor(
    @Inject(ENV) env: PlatformEnv,
    private readonly calls: RunningCalls,
  ) {
    this.#token = new RpcToken(env.RPC_TOKEN);
  }

  /** What cannot be read or shows a wrong token is ignored: an event has no answer. */
  @EventPattern(RPC_CANCEL)
  cancel(data: unknown): void {
    const parsed = RpcCancel.safeParse(data);
    if (parsed.success && this.#token.matches(parsed.data.token)) this.calls.cancel(parsed.data.call);
  }
}
