import { Transform, type TransformCallback } from 'node:stream';
import { asRefusal } from '@btcforecast/access';
import type { ContentDigestCheck } from '@btcforecast/message-signatures';

/** Passes a request body on as it is, and fails at its end when it is not the one whose digest was signed. */
export class SignedBody extends Transform {
  /** Fastify compares it with the header Content-Length. */
  receivedEncodedLength = 0;

  constructor(private readonly expected: ContentDigestCheck) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.receivedEncodedLength += chunk.length;
    this.expected.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    try {
      asRefusal(() => this.expected.end());
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}
