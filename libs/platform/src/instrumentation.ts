/**
 * Loaded before everything else: `node --import @btcforecast/platform/instrumentation main.js`.
 * Without OTEL_EXPORTER_OTLP_ENDPOINT nothing is loaded and nothing is traced.
 */
const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
if (endpoint) {
  const { startTracing } = await import('./tracing/start-tracing.js');
  startTracing();
}
