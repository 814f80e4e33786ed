import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { onTracingShutdown } from './tracing-shutdown.js';

const OPERATORS_PATHS = /^\/(health|metrics)/;

/**
 * Starts tracing: spans go to the OTLP/HTTP endpoint that the OTEL_* variables name; the service is named by
 * OTEL_SERVICE_NAME, its region by OTEL_RESOURCE_ATTRIBUTES=cloud.region=NAME. Must run before pg, ioredis or http are first imported by the app, or they stay untraced.
 */
export function startTracing(): void {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  const sdk = new NodeSDK({
    traceExporter: new OTLPTraceExporter(),
    metricReaders: [], // metrics are scraped from the internal port
    logRecordProcessors: [], // logs go to standard output
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => OPERATORS_PATHS.test(request.url ?? ''),
      }),
      // Only what happens inside a call or a job: polling would bury everything else.
      new PgInstrumentation({ requireParentSpan: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
  onTracingShutdown(() => sdk.shutdown());
}
