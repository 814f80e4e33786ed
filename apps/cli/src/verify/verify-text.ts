import type { RecordSummary, ScoreRow } from '@btcforecast/track-record';

const NOT_COMPARED =
  'no roots saved earlier were compared: whoever holds the keys could have rewritten all of this.\n' +
  'Save its roots now (--save-roots FILE) and compare next time (--known-roots FILE).';

/** What was found, for people. @param compared roots saved earlier that agree; null when none were given */
export function verifyText(summary: RecordSummary, compared: number | null): string {
  const { entries, forecasts, outcomes, unproven, roots, unsigned, keys, head, scores } = summary;
  const lines = [
    `${entries} entries: ${keys.length} keys, ${forecasts} forecasts (${unproven} unproven), ${outcomes} outcomes`,
    'numbers, links, hashes, times, keys and all scores hold',
    `${roots.length} hours are signed${roots.length > 0 ? `, the newest ${roots.at(-1)!.hour}` : ''}; ` +
      `${unsigned} entries await the end of their hour`,
    ...(head === null ? [] : [`last hash ${head}`]),
    compared === null ? NOT_COMPARED : `${compared} roots saved earlier are all in the record unchanged`,
  ];
  return `${[...lines, '', ...scoreLines(scores)].join('\n')}\n`;
}

/** Pinball and CRPS times 10,000; baselines after them, in the order of their names. */
function scoreLines(rows: readonly ScoreRow[]): string[] {
  if (rows.length === 0) return ['no forecasts yet'];
  const names = [...new Set(rows.flatMap(({ baselinePinball }) => Object.keys(baselinePinball)))].sort();
  const head = ['feed', 'instrument', 'horizon', 'n', 'pinball', 'crps', '50 %', '80 %', '90 %', ...names];
  const table = [
    [...head, 'unproven', 'other'],
    ...rows.map((row) => [
      row.feed,
      row.instrument,
      `${row.horizonHours}h`,
      String(row.counted),
      lossText(row.pinball),
      lossText(row.crps),
      ...(['50', '80', '90'] as const).map((share) => shareText(row.coverage[share])),
      ...names.map((name) => lossText(row.baselinePinball[name] ?? null)),
      String(row.unproven),
      String(row.others),
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  return [
    'Scores of what counts (canonical, proven, on time, not in sample, matured); losses x 10,000:',
    ...table.map((cells) =>
      cells
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    ),
  ];
}

function lossText(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}

function shareText(value: number | null): string {
  return value === null ? '-' : `${(100 * value).toFixed(1)} %`;
}
