import { createHash, timingSafeEqual } from 'node:crypto';

/** The secret that services show each other, compared in a time that tells nothing. */
export class RpcToken {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digest(token);
  }

  matches(shown: string): boolean {
    return timingSafeEqual(digest(shown), this.#digest);
  }
}

/** Equal lengths for timingSafeEqual, whatever was sent. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
