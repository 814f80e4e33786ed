import { z } from 'zod';

/** One call between services: its name on the wire, what goes in, what comes back. */
export interface RpcMessage<Request extends z.ZodType = z.ZodType, Reply extends z.ZodType = z.ZodType> {
  readonly service: RpcService;
  readonly name: string;
  readonly request: Request;
  readonly reply: Reply;
  /** A failed call may be sent once more to another instance. */
  readonly idempotent: boolean;
}

/** Event without an answer: whoever made a call waits for it no longer. */
export const RPC_CANCEL = 'rpc.cancel';

export const RPC_SERVICES = ['market-data', 'prediction'] as const;
export type RpcService = (typeof RPC_SERVICES)[number];

/** What travels around every RPC body. The server refuses an expired deadline and a wrong token. */
export const RpcEnvelope = z.object({
  v: z.literal(1),
  deadline: z.number().int().describe('Milliseconds since the epoch after which nobody waits for the answer'),
  traceparent: z.string().max(200).optional().describe('W3C trace context'),
  caller: z.string().max(100),
  token: z.string().max(200),
  call: z.string().max(100).optional().describe('Names the call, so that it can be cancelled'),
  body: z.unknown(),
});
export type RpcEnvelope = z.infer<typeof RpcEnvelope>;

/** What {@link RPC_CANCEL} carries. */
export const RpcCancel = z.object({ token: z.string().max(200), call: z.string().max(100) });
export type RpcCancel = z.infer<typeof RpcCancel>;

/** Answer of every RPC: the body, or an error that keeps its kind and code across the process boundary. */
export const RpcAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), body: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      kind: z.enum(['caller', 'transient', 'bug']),
      code: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  }),
]);
export type RpcAnswer = z.infer<typeof RpcAnswer>;
