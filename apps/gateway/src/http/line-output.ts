import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';

/** Linux writes so much to a pipe at once or not at all, so what others write there never stands within a line. */
const BATCH_BYTES = 4_096;
const BATCH_MS = 250;
/** While nobody reads, as much is kept; lines beyond it are lost rather than requests held up. */
const KEPT_BYTES = 1 << 20;
/** A line has at most this many bytes, escaped and all. */
const LONGEST_LINE_BYTES = BATCH_BYTES;
const NEWLINE = 0x0a;

/**
 * Writes lines to a file descriptor in batches, so that a request costs no system call of its own. While a pipe is full
 * they wait here, and nobody is kept waiting for its reader.
 */
export class LineOutput {
  readonly #buffer = Buffer.allocUnsafe(KEPT_BYTES);
  readonly #timer = setInterval(() => this.#flush(), BATCH_MS).unref();
  #length = 0;
  /** From so many bytes on it tries to write. */
  #enough = BATCH_BYTES;

  constructor(
    private readonly fd: number,
    private readonly onLost: (lines: number) => void,
  ) {}

  write(line: string): void {
    if (this.#length + LONGEST_LINE_BYTES > KEPT_BYTES) return this.onLost(1);
    // In time, so that no batch is longer than what is written at once.
    if (this.#length + line.length > this.#enough) this.#flush();
    this.#length += this.#buffer.write(line, this.#length);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#flush();
  }

  #flush(): void {
    let written = 0;
    while (written < this.#length) {
      const batch = this.#tryWrite(written, this.#endOfBatch(written));
      if (batch === 0) break;
      written += batch;
    }
    if (written > 0) this.#buffer.copyWithin(0, written, this.#length);
    this.#length -= written;
    this.#enough = this.#length + BATCH_BYTES;
  }

  /** After the last line that ends within a batch; a line that is longer is a batch by itself. */
  #endOfBatch(from: number): number {
    const most = from + BATCH_BYTES;
    if (this.#length <= most) return this.#length;
    const end = this.#buffer.lastIndexOf(NEWLINE, most - 1);
    return end >= from ? end + 1 : this.#buffer.indexOf(NEWLINE, most) + 1;
  }

  /** Bytes that were written; 0 when there is no room. */
  #tryWrite(from: number, to: number): number {
    try {
      return writeSync(this.fd, this.#buffer, from, to - from);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      return to - from; // nobody will ever read it
    }
  }
}
