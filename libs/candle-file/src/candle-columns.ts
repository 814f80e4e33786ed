import type { Candle } from '@btcforecast/timeseries';

const FIELDS = ['openTime', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Candles of a file in the order of its lines, as numbers side by side: an object each would cost three times that. */
export class CandleColumns {
  #numbers = new Float64Array(FIELDS.length * 16_384);
  #lines = new Uint32Array(16_384);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(candle: Candle, line: number): void {
    if (this.#length === this.#lines.length) this.#grow();
    const start = this.#length * FIELDS.length;
    for (const [i, field] of FIELDS.entries()) this.#numbers[start + i] = candle[field];
    this.#lines[this.#length] = line;
    this.#length += 1;
  }

  at(row: number): Candle {
    const [openTime, open, high, low, close, volume] = FIELDS.map((_field, i) => this.#numberAt(row, i));
    return { openTime: openTime!, open: open!, high: high!, low: low!, close: close!, volume: volume! };
  }

  lineAt(row: number): number {
    return this.#lines[row]!; // callers stay below length
  }

  openTimeAt(row: number): number {
    return this.#numberAt(row, 0);
  }

  /** One field of the given rows. */
  column(field: keyof Candle, rows: Uint32Array): Float64Array {
    const offset = FIELDS.indexOf(field);
    const column = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) column[i] = this.#numberAt(rows[i]!, offset); // in range: i < length
    return column;
  }

  #numberAt(row: number, offset: number): number {
    return this.#numbers[row * FIELDS.length + offset]!; // callers stay below length
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    const lines = new Uint32Array(this.#lines.length * 2);
    lines.set(this.#lines);
    this.#lines = lines;
  }
}
