import type { GatewayEnv } from '../gateway.env.js';
import type { BufferLimits } from './record/replay-buffer.js';

/** How streams behave; times in ms. */
export interface StreamSettings {
  readonly replay: BufferLimits;
  /** Open streams at most. */
  readonly perProcess: number;
  readonly perTenant: number;
  /** Silence after which a heartbeat is sent. */
  readonly heartbeatMs: number;
  /** A client that takes nothing for so long, while something waits for it, is sent away. */
  readonly stallMs: number;
  /** Credentials of open streams are looked at again this often. */
  readonly recheckMs: number;
  /** Origins, besides our own, from which browsers may open a WebSocket. */
  readonly origins: readonly string[];
}

/** Who falls behind by more of what is kept for resuming than this is sent away while it still can resume. */
const MAX_LAG_SHARE = 0.5;

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

export function streamSettings(env: GatewayEnv): StreamSettings {
  return {
    replay: { events: env.GATEWAY_STREAM_REPLAY_EVENTS, ageMs: env.GATEWAY_STREAM_REPLAY_HOURS * HOUR_MS },
    perProcess: env.GATEWAY_STREAMS,
    perTenant: env.GATEWAY_STREAMS_PER_TENANT,
    heartbeatMs: env.GATEWAY_STREAM_HEARTBEAT_SECONDS * SECOND_MS,
    stallMs: env.GATEWAY_STREAM_STALL_SECONDS * SECOND_MS,
    recheckMs: env.GATEWAY_STREAM_RECHECK_SECONDS * SECOND_MS,
    origins: env.GATEWAY_CORS_ORIGINS,
  };
}

/** Events that a client which was up to date may fall behind. */
export function maxLagOf({ replay }: StreamSettings): number {
  return Math.ceil(replay.events * MAX_LAG_SHARE);
}
