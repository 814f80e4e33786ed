import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** A log file that is set aside as `<name>.1` when it grows too long; one such file is kept. */
export class LogFile {
  #handle: number;
  #size: number;
  #closed = false;

  constructor(
    private readonly path: string,
    private readonly maxBytes = 10 * 1024 * 1024,
  ) {
    this.#handle = openSync(path, 'a', 0o600);
    this.#size = fstatSync(this.#handle).size;
    this.#rotateIfLong();
  }

  /** Does nothing once closed: the last lines of a process may arrive after its end. */
  write(line: string): void {
    if (this.#closed) return;
    try {
      this.#size += writeSync(this.#handle, `${line}\n`);
    } catch (error) {
      // Logs must not stop the system: a full disk is reported by the database, which needs it more.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
    this.#rotateIfLong();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#handle);
  }

  #rotateIfLong(): void {
    if (this.#size < this.maxBytes) return;
    closeSync(this.#handle);
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
    this.#handle = openSync(this.path, 'a', 0o600);
    this.#size = 0;
  }
}
