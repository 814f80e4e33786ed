export interface Row {
  readonly section?: string;
  readonly what: string;
  readonly value: number | null;
  readonly unit?: string;
  readonly baseline?: number;
  readonly ratio?: number;
  readonly bar?: { readonly of: 'value' | 'ratio'; readonly min?: number; readonly max?: number };
  readonly note?: string;
}

export interface Figures {
  readonly others: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
}

export function merged(before: Figures, now: Figures): Figures;
export function holds(row: Row): boolean | undefined;
export function misses(rows: readonly Row[]): Row[];
export function between(text: string, content: string): string;
