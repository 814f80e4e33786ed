import type { Writable } from 'node:stream';

/** The same warning of one process is shown again only after this. */
const REPEAT_MS = 30_000;

/** What the person at the terminal sees: a line per step, then what goes wrong. */
export class Terminal {
  readonly #shown = new Map<string, number>();
  #starting = true;

  constructor(private readonly out: Writable & { isTTY?: boolean }) {}

  say(line = ''): void {
    this.out.write(`${line}\n`);
  }

  /** Runs a step and says how it went and how long it took; `describe` adds what came of it. */
  async step<T>(what: string, work: () => Promise<T>, describe?: (result: T) => string): Promise<T> {
    const start = performance.now();
    if (this.out.isTTY) this.out.write(`… ${what}\r`);
    try {
      const result = await work();
      const note = describe ? `: ${describe(result)}` : '';
      this.say(`✓ ${what}${note} (${seconds(start)})`);
      return result;
    } catch (error) {
      this.say(`✗ ${what} (${seconds(start)})`);
      throw error;
    }
  }

  /** From now on warnings are shown too. */
  started(): void {
    this.#starting = false;
  }

  /** A warning or error of a process. While the parts find each other warnings are normal: the log files keep them. */
  warn(process: string, level: string, text: string): void {
    if (this.#starting && level === 'warn') return;
    const key = `${process} ${text}`;
    const now = performance.now();
    if (now - (this.#shown.get(key) ?? -Infinity) < REPEAT_MS) return;
    if (this.#shown.size > 1_000) this.#shown.clear();
    this.#shown.set(key, now);
    this.say(`  ${process} ${level}: ${text}`);
  }
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1_000).toFixed(1)} s`;
}
