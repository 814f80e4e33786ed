import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform';
import type { NewForecast } from '../forecasts/new-forecast.js';
import { journalLine, parseJournalLine, type JournaledForecasts } from './journal-line.js';

const FILE = 'forecasts.journal';
/** Lines that nobody can use: damaged on disk, or refused by the database for good. Kept for whoever looks. */
const ASIDE_FILE = 'forecasts.aside';

export interface JournalOptions {
  /** Made when it is not there. */
  readonly folder: string;
  /** Beyond it nothing more is taken. */
  readonly maxBytes: number;
}

/** What waits in a journal. */
export interface JournalState {
  readonly forecasts: number;
  /** Wall time at which the oldest was written, ms; null: nothing waits. */
  readonly oldestAt: number | null;
  readonly bytes: number;
}

/**
 * Forecasts that could not be brought to the primary yet: one file that is only added to, each line on disk before it
 * counts, and emptied once all that it holds is stored. What was written half when the process or the machine died is
 * dropped at the next start: it was never told to anybody. Calls are answered one after another.
 */
export class ForecastJournal {
  #waiting: JournaledForecasts[] = [];
  #byId = new Map<string, NewForecast>();
  /** As far as we wrote. */
  #size = 0;
  /** The last line was not finished: the next one must not become a part of it. */
  #isTorn = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly file: FileHandle,
    private readonly options: JournalOptions,
  ) {}

  /** @throws Error of the file system */
  static async open(options: JournalOptions): Promise<ForecastJournal> {
    await mkdir(options.folder, { recursive: true });
    const file = await open(join(options.folder, FILE), 'a+', 0o600);
    await syncFolder(options.folder);
    const journal = new ForecastJournal(file, options);
    await journal.#load();
    return journal;
  }

  /** In the order in which they were written. */
  get waiting(): readonly JournaledForecasts[] {
    return this.#waiting;
  }

  get state(): JournalState {
    return { forecasts: this.#byId.size, oldestAt: this.#waiting[0]?.writtenAt ?? null, bytes: this.#size };
  }

  find(id: string): NewForecast | undefined {
    return this.#byId.get(id);
  }

  /**
   * Keeps the forecasts of one origin; they are on disk when this resolves, all or none.
   *
   * @throws AppError transient forecast.journal_full, and nothing is kept; whatever the file system throws, likewise
   */
  append(entry: JournaledForecasts): Promise<void> {
    return this.#inTurn(async () => {
      const line = Buffer.from(`${this.#isTorn ? '\n' : ''}${journalLine(entry)}`, 'utf8');
      if (this.#size + line.length > this.options.maxBytes) throw full(this.options);
      this.#isTorn = true;
      await this.file.appendFile(line);
      await this.file.datasync();
      this.#isTorn = false;
      this.#size += line.length;
      this.#waiting.push(entry);
      for (const forecast of entry.forecasts) this.#byId.set(forecast.id, forecast);
    });
  }

  /** Takes out an entry that is stored, or that lies aside. The file is emptied with the last one. */
  settle(entry: JournaledForecasts): Promise<void> {
    return this.#inTurn(async () => {
      const waiting = this.#waiting.filter((each) => each !== entry);
      if (waiting.length === 0) await this.#shrinkTo(0);
      this.#hold(waiting);
    });
  }

  /** Puts an entry that the database refuses for good where somebody can look at it, and settles it. */
  async setAside(entry: JournaledForecasts): Promise<void> {
    await this.#inTurn(() => this.#keepAside(journalLine(entry)));
    await this.settle(entry);
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.file.close());
  }

  async #load(): Promise<void> {
    const bytes = await readAll(this.file);
    const end = bytes.lastIndexOf('\n') + 1; // what follows was written half
    const lines = bytes.toString('utf8', 0, end).split('\n').filter(Boolean);
    const entries = lines.map((line) => ({ line, entry: parseJournalLine(line) }));
    const damaged = entries.filter(({ entry }) => entry === null);
    if (damaged.length > 0) await this.#keepAside(damaged.map(({ line }) => `${line}\n`).join(''));
    this.#hold(entries.flatMap(({ entry }) => entry ?? []));
    this.#size = bytes.length;
    if (this.#waiting.length === 0) await this.#shrinkTo(0);
    else if (end < bytes.length) await this.#shrinkTo(end);
  }

  #hold(waiting: JournaledForecasts[]): void {
    this.#waiting = waiting;
    this.#byId = new Map(
      waiting.flatMap(({ forecasts }) => forecasts.map((each) => [each.id, each] as const)),
    );
  }

  /** Unless somebody else writes there too, which loses nothing: the next start finds it all, and storing it again is harmless. */
  async #shrinkTo(size: number): Promise<void> {
    const { size: found } = await this.file.stat();
    if (found !== this.#size) return;
    await this.file.truncate(size);
    await this.file.datasync();
    this.#size = size;
    this.#isTorn = false;
  }

  async #keepAside(text: string): Promise<void> {
    const file = await open(join(this.options.folder, ASIDE_FILE), 'a', 0o600);
    try {
      await file.appendFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

function full({ folder, maxBytes }: JournalOptions): AppError {
  return new AppError(
    'transient',
    'forecast.journal_full',
    `the journal in ${folder} has reached ${maxBytes} bytes, so no further forecast is made until the primary is back; ` +
      'join the region with it again, or give the journal more room (FORECAST_JOURNAL_MAX_MEGABYTES)',
  );
}

async function readAll(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

/** A new file is there after a crash only once its folder is on disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
