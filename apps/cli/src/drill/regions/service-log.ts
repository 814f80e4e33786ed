import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Container } from './container.js';

const Ours = z.object({ message: z.string(), 'event.reason': z.string() });

/** What a service says from now on. */
export class ServiceLog {
  readonly #file: string;
  readonly #from: number;

  constructor(container: Container) {
    this.#file = join(container.spec.folder, 'log');
    this.#from = existsSync(this.#file) ? statSync(this.#file).size : 0;
  }

  /** The first line that fits, of ours what it is about; null while there is none. */
  line(like: RegExp): string | null {
    const text = readFileSync(this.#file).subarray(this.#from).toString('utf8');
    const line = text.split('\n').find((each) => like.test(each));
    return line === undefined ? null : plain(line);
  }
}

function plain(line: string): string {
  const ours = line.startsWith('{') ? Ours.safeParse(JSON.parse(line)) : null;
  return ours?.success ? `${ours.data.message}: ${ours.data['event.reason']}` : line;
}
