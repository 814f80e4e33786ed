import {
  closeSync,
  existsSync,
  fsyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { z } from 'zod';
import { Step } from '../engine/step.js';

const who = { at: z.iso.datetime(), run: z.string() };

/** One line of the journal. It holds names and times, never what a program printed: that may hold a secret. */
export const JournalEntry = z.discriminatedUnion('type', [
  z.object({
    ...who,
    type: z.literal('begun'),
    who: z.string().describe('user@host'),
    command: z.string(),
    driver: z.string(),
    release: z.string().nullable(),
    plan: z.array(Step),
    wayBack: z.boolean().describe('Whether a step that fails has all that were done taken back'),
  }),
  z.object({
    ...who,
    type: z.literal('step'),
    step: z.string(),
    state: z.enum(['started', 'done', 'failed']),
    detail: z.string().optional(),
  }),
  z.object({ ...who, type: z.literal('turned'), reason: z.string(), plan: z.array(Step) }),
  z.object({ ...who, type: z.literal('resumed'), who: z.string() }),
  z.object({
    ...who,
    type: z.literal('ended'),
    outcome: z.enum(['done', 'taken-back', 'failed', 'given-up']),
    detail: z.string(),
  }),
]);
export type JournalEntry = z.infer<typeof JournalEntry>;
export type EndOutcome = Extract<JournalEntry, { type: 'ended' }>['outcome'];

/** What was done to an environment: JSON lines that are only ever appended, each on the disk before the next step. */
export class Journal {
  constructor(readonly file: string) {}

  /** @throws AppError caller config.invalid when the file holds what is not of a journal */
  read(): JournalEntry[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n');
    // What stands after the last line break was being written when the machine stopped: it was not yet said.
    return lines.slice(0, -1).flatMap((line, i) => this.#parse(line, i + 1));
  }

  append(entry: JournalEntry): void {
    mkdirSync(dirname(this.file), { recursive: true });
    const isNew = !existsSync(this.file);
    const file = openSync(this.file, 'a+', 0o600);
    try {
      writeSync(file, `${endsTorn(file) ? '\n' : ''}${JSON.stringify(JournalEntry.parse(entry))}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (isNew) syncFolder(dirname(this.file));
  }

  #parse(line: string, number: number): JournalEntry[] {
    const content = jsonOf(line);
    if (content === undefined) return []; // half a line, after which a later process went on writing
    const parsed = JournalEntry.safeParse(content);
    if (parsed.success) return [parsed.data];
    const message = `line ${number} of ${this.file} is no entry of a journal: ${z.prettifyError(parsed.error)}`;
    throw new AppError('caller', 'config.invalid', message);
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function endsTorn(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last.toString() !== '\n';
}

/** So that the new file has its name after a power cut. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
