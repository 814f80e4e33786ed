import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { root } from '../../scripts/ensure-installed.mjs';

/*
 * A row: {section, what, value, unit, baseline?, ratio?, bar?, note?}. `value` null: not measured, `note` says why.
 * `bar` is {of: 'value' | 'ratio', min?, max?}; a row without one is for information.
 */

/** In the order they run and are shown. */
export const SECTIONS = [
  'ingestion',
  'inference',
  'gateway',
  'latency',
  'streams',
  'start',
  'memory',
  'training',
];

const resultsPath = join(root, 'bench', 'results.json');
const docsPath = join(root, 'docs', 'benchmarks.md');
const HEAD = ['what', 'measured', 'beside', 'ratio', 'bar', 'holds'];

/** True, false, or undefined where there is no bar or no figure. */
export function holds({ value, ratio, bar }) {
  const judged = bar?.of === 'ratio' ? ratio : value;
  if (!bar || judged === undefined || judged === null) return undefined;
  return (bar.min === undefined || judged >= bar.min) && (bar.max === undefined || judged <= bar.max);
}

export function misses(rows) {
  return rows.filter((row) => holds(row) === false);
}

/** The figures as text, columns aligned, notes below. */
export function table({ machine, others, rows }) {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const lines = cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  const notes = rows.filter(({ note }) => note).map(({ what, note }) => `${what}: ${note}`);
  return ['', machineLine(machine), othersLine(others), '', ...lines, '', ...notes].join('\n');
}

/**
 * The table into docs/benchmarks.md between its markers, and the figures beside the programs. Sections that were not
 * measured this time keep their rows.
 */
export async function writeDocs(result) {
  const machine = { ...result.machine, cpu: undefined }; // in general terms
  const before = existsSync(resultsPath)
    ? JSON.parse(readFileSync(resultsPath, 'utf8'))
    : { others: {}, rows: [] };
  const kept = { ...result, machine, ...merged(before, result) };
  writeFileSync(resultsPath, await format(JSON.stringify(kept), { ...style(), parser: 'json' }));
  const draft = between(readFileSync(docsPath, 'utf8'), markdown(kept));
  writeFileSync(docsPath, await format(draft, { ...style(), parser: 'markdown' }));
}

/** The rows of both, in the order of the sections; where a section is in both, those of `now`. */
export function merged(before, now) {
  const rowsOf = ({ rows }, section) => rows.filter((row) => row.section === section);
  const rows = SECTIONS.flatMap((section) =>
    section in now.others ? rowsOf(now, section) : rowsOf(before, section),
  );
  return { others: { ...before.others, ...now.others }, rows };
}

/** `text` with what stands between the two markers replaced. */
export function between(text, content) {
  const [begin, end] = ['<!-- figures: begin -->', '<!-- figures: end -->'];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error('the markers of the figures are missing from docs/benchmarks.md');
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function markdown({ at, quick, machine, others, rows }) {
  const row = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const head = [row(HEAD), row(HEAD.map(() => '---'))];
  const notes = rows.filter(({ note }) => note).map(({ what, note }) => `- ${what}: ${note}`);
  const when = `${at.slice(0, 10)}${quick ? ', a quick run' : ''}. ${machineLine(machine)} ${othersLine(others)}`;
  return [when, '', ...head, ...rows.map((each) => row(cellsOf(each))), '', ...notes].join('\n');
}

function machineLine({ cpu, cores, memoryGb, platform, node, onnxruntime }) {
  const processor = cpu ? `${cpu}, ` : '';
  return `${processor}${cores} cores, ${memoryGb} GB, ${platform}, Node ${node}, onnxruntime ${onnxruntime}.`;
}

function othersLine(others) {
  const shares = SECTIONS.filter((section) => section in others).map(
    (section) => `${section} ${Math.round(others[section] * 100)} %`,
  );
  return `Other work on the processors just before each section: ${shares.join(', ')}.`;
}

function cellsOf(row) {
  const { what, value, unit, baseline, ratio, bar } = row;
  const held = holds(row);
  return [
    what,
    value === null ? 'not measured' : `${number(value)} ${unit}`,
    baseline === undefined ? '' : `${number(baseline)} ${unit}`,
    ratio === undefined ? '' : ratio >= 100 ? number(ratio) : ratio.toFixed(2),
    bar ? barText(bar, unit) : '',
    held === undefined ? '' : held ? 'yes' : 'NO',
  ];
}

function barText({ of, min, max }, unit) {
  const limit = min === undefined ? `≤ ${number(max)}` : `≥ ${number(min)}`;
  return of === 'ratio' ? `ratio ${limit}` : `${limit} ${unit ?? ''}`.trim();
}

function number(value) {
  const size = Math.abs(value);
  if (size > 0 && size < 0.1) return value.toPrecision(2);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

function style() {
  return JSON.parse(readFileSync(join(root, '.prettierrc.json'), 'utf8'));
}
