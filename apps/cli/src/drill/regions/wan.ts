import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '@btcforecast/platform/errors';
import { projectFolder } from '../rig/places.js';

export interface LineSettings {
  /** One way, milliseconds. */
  readonly delay?: number;
  readonly jitter?: number;
  /** Per cent of the packets. */
  readonly loss?: number;
  /** Mbit/s; 0: no limit. */
  readonly rate?: number;
}

/** The network between places: deploy/rig/wan.py, told what to do over its standard input. */
export class Wan {
  readonly #process: ChildProcess;
  readonly #waiting: ((answer: string) => void)[] = [];

  constructor() {
    const program = join(projectFolder, 'deploy', 'rig', 'wan.py');
    this.#process = spawn('/usr/bin/python3', [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.on('exit', () =>
      this.#waiting.splice(0).forEach((tell) => tell('error: wan.py has ended')),
    );
    this.#process.on('error', () => undefined); // `exit` tells
    createInterface({ input: this.#process.stdout! }).on('line', (answer) => this.#waiting.shift()?.(answer));
  }

  /** @param prefix the start of the addresses there, such as 10.1. */
  place(name: string, netns: string, prefix: string): Promise<string> {
    return this.#tell(`place ${name} ${netns} ${prefix}`);
  }

  line(one: string, other: string, settings: LineSettings): Promise<string> {
    const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    return this.#tell(`line ${one} ${other} ${words.join(' ')}`);
  }

  /** From all other places. */
  cut(place: string): Promise<string> {
    return this.#tell(`cut ${place} *`);
  }

  join(place: string): Promise<string> {
    return this.#tell(`join ${place} *`);
  }

  async #tell(command: string): Promise<string> {
    const answer = await new Promise<string>((resolve) => {
      this.#waiting.push(resolve);
      this.#process.stdin!.write(`${command}\n`);
    });
    if (!answer.startsWith('error')) return answer;
    throw new AppError('transient', 'service.not_ready', `the network did not obey "${command}": ${answer}`);
  }
}
