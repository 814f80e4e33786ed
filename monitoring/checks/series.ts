const NUMBER = '\\d*\\.?\\d+(?:e[+-]?\\d+)?';
const PART = new RegExp(`^(-?${NUMBER})([+-]${NUMBER})?x(\\d+)$`);

/** The samples that promtool's notation stands for: `1+2x3 0x1 5` is 1 3 5 7 0 0 5. No gaps. */
export function samplesOf(notation: string): number[] {
  return notation.split(' ').flatMap((part) => {
    const match = PART.exec(part);
    if (!match) return [Number(part)];
    const [, start = '0', step = '0', times = '0'] = match;
    return Array.from({ length: Number(times) + 1 }, (_, at) => Number(start) + at * Number(step));
  });
}
