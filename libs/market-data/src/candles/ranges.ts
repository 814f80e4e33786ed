/** Half-open range of instants, ms. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What of `ranges` lies in none of `others`. Both ascending; the result is, too. */
export function subtractRanges(ranges: readonly Range[], others: readonly Range[]): Range[] {
  return ranges.flatMap((range) =>
    others.reduce<Range[]>((parts, other) => parts.flatMap((part) => without(part, other)), [range]),
  );
}

function without(range: Range, other: Range): Range[] {
  if (other.to <= range.from || other.from >= range.to) return [range];
  return [
    { from: range.from, to: other.from },
    { from: other.to, to: range.to },
  ].filter(({ from, to }) => from < to);
}

/** Joins ascending ranges that lie no further apart than `withinMs`: one request then serves for several. */
export function joinRanges(ranges: readonly Range[], withinMs: number): Range[] {
  const joined: Range[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (last && range.from - last.to <= withinMs)
      joined[joined.length - 1] = { from: last.from, to: range.to };
    else joined.push(range);
  }
  return joined;
}
