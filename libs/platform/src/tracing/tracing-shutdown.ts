let shutdown: (() => Promise<void>) | undefined;

/** Remembers how to end tracing, so that nothing else has to load the tracing libraries. */
export function onTracingShutdown(fn: () => Promise<void>): void {
  shutdown = fn;
}

/** Sends the spans that wait. Does nothing when nothing is traced; never rejects: the collector may be away. */
export async function shutdownTracing(): Promise<void> {
  await shutdown?.().catch(() => undefined);
}
