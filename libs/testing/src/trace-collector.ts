import { once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: { key: string; value: { stringValue?: string } }[];
  /** `service.name` of the process that sent it. */
  readonly service: string;
}

export interface TraceCollector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** Of each request that brought spans. */
  readonly encodings: readonly (string | undefined)[];
  /** So many requests are answered 503 first, with a pause of a second to be kept. */
  busy: number;
  close(): void;
}

interface ExportRequest {
  readonly resourceSpans: {
    readonly resource?: { readonly attributes: CollectedSpan['attributes'] };
    readonly scopeSpans: { readonly spans: Omit<CollectedSpan, 'service'>[] }[];
  }[];
}

/** A stand-in for an OTLP/HTTP collector that takes traces in JSON, gzipped or not, and keeps every span. */
export async function traceCollector(): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const encodings: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (collector.busy > 0) {
        collector.busy -= 1;
        response.writeHead(503, { 'retry-after': '1' }).end();
        return;
      }
      const bytes = Buffer.concat(chunks);
      encodings.push(request.headers['content-encoding']);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      spans.push(...spansOf(JSON.parse(text.toString()) as ExportRequest));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  const collector: TraceCollector = { url, spans, encodings, busy: 0, close: () => server.close() };
  return collector;
}

function spansOf({ resourceSpans }: ExportRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const name = resource?.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service: name })));
  });
}
