import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import negotiate from '@fastify/accept-negotiator';
import { LRUCache } from 'lru-cache';

/** In the order of preference. */
export const ENCODINGS: ContentEncoding[] = ['br', 'gzip'];
export type ContentEncoding = 'br' | 'gzip';

/** Shorter bodies fit into one packet as they are. */
export const WORTH_COMPRESSING = 1_024;
/** Higher levels cost many times as much for a few per cent. */
export const BROTLI_OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const chosen = new LRUCache<string, ContentEncoding | 'identity'>({ max: 200 });
const compressed = new LRUCache<string, Buffer>({ max: 500 });

/** How a client wants a body to be sent, by its header Accept-Encoding (RFC 9110, section 12.5.3). */
export function encodingFor(header: string | undefined): ContentEncoding | 'identity' {
  if (header === undefined) return 'identity';
  let encoding = chosen.get(header);
  if (encoding === undefined) {
    encoding = negotiate(header.toLowerCase(), ENCODINGS) ?? 'identity';
    chosen.set(header, encoding);
  }
  return encoding;
}

/** A body that is sent many times, compressed once. `etag` names its bytes. */
export function compressedOnce(body: string, etag: string, encoding: ContentEncoding): Buffer {
  const key = `${encoding}${etag}`;
  let bytes = compressed.get(key);
  if (!bytes) {
    bytes = encoding === 'br' ? brotliCompressSync(body, BROTLI_OPTIONS) : gzipSync(body);
    compressed.set(key, bytes);
  }
  return bytes;
}
