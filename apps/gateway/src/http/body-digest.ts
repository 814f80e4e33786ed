import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** Passes a request body on as it is, and digests what passes. */
export class DigestingBody extends Transform {
  /** Fastify compares it with the header Content-Length. */
  receivedEncodedLength = 0;

  constructor(private readonly hash: Hash = createHash('sha256')) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.receivedEncodedLength += chunk.length;
    this.hash.update(chunk);
    done(null, chunk);
  }

  /** Of all that has passed, hexadecimal; to be asked once, after the end. */
  digest(): string {
    return this.hash.digest('hex');
  }
}
