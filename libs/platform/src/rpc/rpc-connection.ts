import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { JsonSocket } from '@nestjs/microservices';
import type { HostPort } from '../config/platform.env.js';
import { MAX_ANSWER_CHARS } from './rpc-server.js';
import type { RpcTls } from './rpc-tls.js';

/** There is no connection, or it went away during the call. */
export class ConnectionLostError extends Error {}
/** No answer within the time that a caller waits. */
export class NoAnswerError extends Error {}
/** The caller stopped waiting sooner than callers do, which says nothing about the one that was asked. */
export class AbandonedError extends Error {}

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** The time is shorter than callers wait by themselves: its end is an {@link AbandonedError}. */
  readonly impatient?: boolean | undefined;
}

interface Pending {
  resolve(response: unknown): void;
  reject(error: Error): void;
}

/** What Nest's TCP server sends back. */
interface Packet {
  readonly id?: unknown;
  readonly err?: unknown;
  readonly response?: unknown;
}

const KEEP_ALIVE_MS = 10_000;

/** One connection in the framing of Nest's TCP transport. Calls share it; each answer finds its call by id. */
export class RpcConnection {
  readonly #pending = new Map<string, Pending>();
  readonly #frames: JsonSocket;
  #lastId = 0;

  private constructor(
    private readonly socket: Socket,
    onClose: () => void,
  ) {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#frames = new JsonSocket(socket, { maxBufferSize: MAX_ANSWER_CHARS });
    this.#frames.on('message', (packet: Packet) => this.#settle(packet));
    // Framing errors arrive here too; whatever is broken, a new connection is the cure.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#failAll();
      onClose();
    });
  }

  /** @throws ConnectionLostError when the connection is refused or not made in time */
  static open(
    address: HostPort,
    tls: RpcTls | undefined,
    timeoutMs: number,
    onClose: () => void,
  ): Promise<RpcConnection> {
    const socket = tls ? connectTls({ ...address, ...tls }) : connectTcp({ ...address });
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        socket.destroy();
        reject(new ConnectionLostError(error.message, { cause: error }));
      };
      const timer = setTimeout(() => fail(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
      socket.once('error', fail);
      socket.once('close', () => clearTimeout(timer));
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        socket.off('error', fail);
        resolve(new RpcConnection(socket, onClose));
      });
    });
  }

  get pendingCalls(): number {
    return this.#pending.size;
  }

  /**
   * Sends one call and waits for its answer.
   *
   * @throws ConnectionLostError, NoAnswerError, AbandonedError
   */
  send(
    pattern: string,
    data: unknown,
    timeoutMs: number,
    { signal, impatient }: SendOptions = {},
  ): Promise<unknown> {
    const id = String((this.#lastId += 1));
    return new Promise((resolve, reject) => {
      const abort = (): void => settle(() => reject(new AbandonedError('the caller stopped waiting')));
      const timer = setTimeout(() => {
        const text = `no answer within ${Math.round(timeoutMs)} ms`;
        settle(() => reject(impatient ? new AbandonedError(text) : new NoAnswerError(text)));
      }, timeoutMs);
      const settle = (then: () => void): void => {
        if (!this.#pending.delete(id)) return;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        then();
      };
      this.#pending.set(id, {
        resolve: (response) => settle(() => resolve(response)),
        reject: (error) => settle(() => reject(error)),
      });
      signal?.addEventListener('abort', abort);
      this.#frames.sendMessage({ pattern, data, id }, (error?: Error) => {
        if (error) this.#pending.get(id)?.reject(new ConnectionLostError(error.message));
      });
    });
  }

  /** Sends what has no answer; if it is lost, nothing happens. */
  tell(pattern: string, data: unknown): void {
    this.#frames.sendMessage({ pattern, data }, () => undefined);
  }

  close(): void {
    this.socket.destroy();
  }

  #settle(packet: Packet): void {
    const call = this.#pending.get(String(packet.id));
    if (!call) return; // its caller has stopped waiting
    if (packet.err === undefined || packet.err === null) call.resolve(packet.response);
    else call.reject(new Error(`the transport answered: ${JSON.stringify(packet.err)}`));
  }

  #failAll(): void {
    for (const call of this.#pending.values()) {
      call.reject(new ConnectionLostError('the connection was lost during the call'));
    }
  }
}
