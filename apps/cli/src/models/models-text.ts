import type { AliasHistoryReply, AliasMoveReply, ModelReply, ModelSummary } from '@btcforecast/contracts';
import { textTable } from '../text-table.js';

/** All versions, one line each. */
export function modelsText(models: readonly ModelSummary[]): string {
  if (models.length === 0) return 'there is no such model\n';
  const head = ['model', 'status', 'family', 'is', 'last verdict', 'trained until', 'bytes'];
  return textTable(
    head,
    models.map((model) => [
      model.reference,
      model.status,
      model.family,
      aliasesText(model),
      model.lastVerdict ? `${model.lastVerdict.kind} ${model.lastVerdict.verdict}` : '-',
      model.trainingSpan ? shortInstant(model.trainingSpan.to) : '-',
      String(model.bytes),
    ]),
  );
}

/** The record of a version. */
export function modelText(model: ModelReply): string {
  const span = model.trainingSpan;
  const facts = [
    ['model', model.reference],
    ['status', model.status],
    ['family', model.family],
    ['is', aliasesText(model)],
    ['instruments', model.instruments.join(', ') || 'unknown'],
    ['trained on', span ? `${shortInstant(span.from)} to ${shortInstant(span.to)}` : 'unknown'],
    ['data SHA-256', model.dataSha256 ?? 'unknown'],
    ['graph SHA-256', model.sha256],
    ['registered', shortInstant(model.createdAt)],
  ];
  const width = Math.max(...facts.map(([name = '']) => name.length));
  const sections = [facts.map(([name = '', value]) => `${name.padEnd(width)}  ${value}\n`).join('')];
  if (model.evaluations.length > 0) sections.push(evaluationsText(model));
  if (model.moves.length > 0) sections.push(movesText(model.moves));
  if (model.drift.length > 0) sections.push(driftText(model));
  return sections.join('\n');
}

/** Who holds the aliases of an instrument, and every move of them, newest first. */
export function historyText({ instrument, current, data }: AliasHistoryReply): string {
  if (current.length === 0 && data.length === 0) return `${instrument} is not followed here\n`;
  const head = ['now', 'is', 'since', 'why'];
  const holders = current.map(({ alias, model, since, reason }) => [
    ...[model, `${alias} of ${instrument}`],
    ...[since ? shortInstant(since) : '-', reason],
  ]);
  const moves = data.length > 0 ? movesText(data) : 'no alias was ever moved\n';
  return `${textTable(head, holders)}\n${moves}`;
}

/** Moves of aliases, newest first. */
export function movesText(moves: readonly AliasMoveReply[]): string {
  const head = ['from origin', 'instrument', 'alias', 'from', 'to', 'by', 'evaluation', 'why'];
  return textTable(
    head,
    moves.map((move) => [
      shortInstant(move.effectiveOrigin),
      move.instrument,
      move.share === null ? move.alias : `${move.alias} ${Math.round(100 * move.share)} %`,
      move.from ?? '-',
      move.to ?? 'nobody',
      move.actor,
      move.evaluation ?? '-',
      move.reason,
    ]),
  );
}

function evaluationsText({ evaluations }: ModelReply): string {
  const head = ['evaluation', 'decided at', 'kind', 'verdict', 'found'];
  return textTable(
    head,
    evaluations.map(({ id, decidedAt, kind, verdict, checks }) => {
      const failed = checks.filter(({ passed }) => !passed);
      const found = failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
      return [id, shortInstant(decidedAt), kind, verdict, found || `${checks.length} checks passed`];
    }),
  );
}

function driftText({ drift }: ModelReply): string {
  const head = ['drift test', 'of', 'state', 'evidence', 'threshold', 'n', 'since'];
  return textTable(
    head,
    drift.map(({ test, horizon, feature, state, statistic, threshold, n, since }) => [
      test,
      feature ?? horizon ?? '-',
      state,
      statistic.toFixed(2),
      threshold.toFixed(2),
      String(n),
      since ? shortInstant(since) : '-',
    ]),
  );
}

function aliasesText({ aliases }: ModelSummary): string {
  return aliases.map(({ instrument, alias }) => `${alias} of ${instrument}`).join(', ') || '-';
}

function shortInstant(iso: string): string {
  return iso.replace(/(:00)?\.\d{3}Z$/, 'Z');
}
