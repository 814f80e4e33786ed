import type { ModelStatus } from '@btcforecast/contracts';
import type { ModelEvaluationEntity } from '@btcforecast/database';
import { modelCard, type ModelManifest } from '@btcforecast/training';
import { referenceText, type AliasMove } from './alias-move.js';

/** All that is on record about a version. */
export interface ModelRecord {
  readonly manifest: ModelManifest;
  readonly status: ModelStatus;
  readonly createdAt: Date;
  /** Newest first. */
  readonly evaluations: readonly Pick<
    ModelEvaluationEntity,
    'id' | 'kind' | 'verdict' | 'feed' | 'instrument' | 'checks' | 'decidedAt'
  >[];
  /** Newest first. */
  readonly moves: readonly AliasMove[];
}

const ORIGINS: Readonly<Record<ModelStatus, string>> = {
  shipped: 'shipped with the program',
  candidate: 'trained here',
  uploaded: 'brought by a user; served from a process of its own',
};

/**
 * The model card with the record of its life: what the manifest says, what was checked, which aliases it held and why.
 * Markdown; derived from the record alone.
 */
export function registryCard(record: ModelRecord): string {
  const { manifest, status, createdAt } = record;
  const registered = `Registered ${createdAt.toISOString()}, ${ORIGINS[status]}.`;
  return (
    [
      modelCard(manifest).trimEnd(),
      ['## Record', '', registered].join('\n'),
      checks(record),
      moves(record),
    ].join('\n\n') + '\n'
  );
}

function checks({ evaluations }: ModelRecord): string {
  if (evaluations.length === 0) return '### Evaluations\n\nNone yet.';
  const rows = evaluations.map(({ id, kind, verdict, feed, instrument, checks: found, decidedAt }) => {
    const shown = found.filter(({ passed }) => verdict === 'passed' || !passed);
    const details = shown.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    const where = feed === null ? 'everywhere' : `${feed}${instrument === null ? '' : `, ${instrument}`}`;
    return row([id, decidedAt.toISOString(), kind, where, verdict, details]);
  });
  return [
    '### Evaluations',
    '',
    'Newest first. A refusal names what failed.',
    '',
    '| number | decided at | kind | where | verdict | found |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function moves({ manifest, moves: made }: ModelRecord): string {
  const { name, version } = manifest;
  if (made.length === 0) return '### Aliases\n\nIt has held none.';
  return [
    '### Aliases',
    '',
    `Moves to or from ${name}@${version}, newest first.`,
    '',
    '| number | from origin | feed | instrument | alias | from | to | by | why | evaluation |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...made.map((move) => {
      const alias = move.share === null ? move.alias : `${move.alias} (${move.share * 100} % of requests)`;
      return row([
        move.id,
        new Date(move.effectiveOrigin).toISOString(),
        move.feed,
        move.instrument,
        alias,
        referenceText(move.from),
        referenceText(move.to),
        move.actor,
        move.reason,
        move.evaluationId ?? '',
      ]);
    }),
  ].join('\n');
}

/** What people wrote must not end a cell or a row. */
function row(cells: readonly string[]): string {
  const safe = (cell: string): string =>
    cell.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
  return `| ${cells.map(safe).join(' | ')} |`;
}
