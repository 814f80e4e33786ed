import {
  type Attributes,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';

const tracer = trace.getTracer('btcforecast');

export interface SpanOptions {
  readonly kind?: SpanKind;
}

/** Runs `fn` in a span of that name; a thrown error marks the span and goes on. Costs next to nothing untraced. */
export function withSpan<T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span) => Promise<T>,
  options: SpanOptions = {},
): Promise<T> {
  return tracer.startActiveSpan(
    name,
    { attributes, kind: options.kind ?? SpanKind.INTERNAL },
    async (span) => {
      try {
        return await fn(span);
      } catch (error) {
        span.recordException(error as Error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}

/** As {@link withSpan}, as a child of the span that a W3C traceparent names: a call, or an event, that came from elsewhere. */
export function withTraceparent<T>(
  traceparent: string | undefined,
  name: string,
  fn: (span: Span) => Promise<T>,
  kind = SpanKind.SERVER,
): Promise<T> {
  const parent = traceparent ? propagation.extract(ROOT_CONTEXT, { traceparent }) : ROOT_CONTEXT;
  return context.with(parent, () => withSpan(name, {}, fn, { kind }));
}

/** The active span as a W3C traceparent, to be sent along; undefined when nothing is traced. */
export function currentTraceparent(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'];
}

/** Trace id of the active span, 32 hexadecimal digits; undefined when nothing is traced. */
export function currentTraceId(): string | undefined {
  return activeSpanIds()['trace_id'];
}

/** Trace id of the active span if the trace is sampled, for exemplars: one that is thrown away leads nowhere. */
export function sampledTraceId(): string | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  return active && (active.traceFlags & TraceFlags.SAMPLED) !== 0 ? active.traceId : undefined;
}

/** Fields for a log line. */
export function activeSpanIds(): Record<string, string> {
  const active = trace.getActiveSpan()?.spanContext();
  return active && isSpanContextValid(active) ? { trace_id: active.traceId, span_id: active.spanId } : {};
}
