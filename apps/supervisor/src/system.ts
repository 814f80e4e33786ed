import { ManagedDatabase } from './process/managed-database.js';
import { ManagedProcess, type ProcessSpec, type Ready } from './process/managed-process.js';
import { StartError } from './start.error.js';
import type { Terminal } from './terminal.js';

interface Part {
  readonly pid: number | undefined;
  stop(): Promise<void>;
  kill(): void;
}

export interface SystemOptions {
  readonly terminal: Terminal;
  /** Called whenever a part has a new process id. */
  readonly onStarted?: () => void;
}

/** All processes of one run. They are started in the order they are added and stopped in the opposite one. */
export class System {
  readonly #parts: [string, Part][] = [];
  readonly #stopping = new AbortController();
  #killed = false;

  constructor(private readonly options: SystemOptions) {}

  /** Aborts what belongs to the start, once the system is to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  get killed(): boolean {
    return this.#killed;
  }

  /** Process ids by name, of what runs now. */
  get pids(): Record<string, number> {
    const running = this.#parts.flatMap(([name, { pid }]) =>
      pid === undefined ? [] : [[name, pid] as const],
    );
    return Object.fromEntries(running);
  }

  startDatabase(dataDir: string, logFile: string): Promise<{ url: string; port: number }> {
    return this.#add('database', new ManagedDatabase({ dataDir, logFile }, this.#watch)).start();
  }

  startProcess(spec: ProcessSpec): Promise<Ready> {
    return this.#add(spec.name, new ManagedProcess(spec, this.#watch)).start();
  }

  /** Stops the parts one after the other; each is made to end when its grace time is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const [name, part] of this.#parts.toReversed()) {
      try {
        await part.stop();
      } catch (error) {
        this.options.terminal.say(`✗ ${name} could not be stopped: ${(error as Error).message}`);
      }
    }
  }

  /** Ends everything at once. */
  kill(): void {
    this.#killed = true;
    this.#stopping.abort();
    for (const [, part] of this.#parts.toReversed()) part.kill();
  }

  get #watch() {
    const { terminal, onStarted = () => undefined } = this.options;
    return { terminal, onStarted };
  }

  #add<P extends Part>(name: string, part: P): P {
    if (this.signal.aborted) throw new StartError('the start was interrupted');
    this.#parts.push([name, part]);
    return part;
  }
}
