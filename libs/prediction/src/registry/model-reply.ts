import type { AliasMoveReply, EvaluationReply, ModelSummary } from '@btcforecast/contracts';
import type { ModelEvaluationEntity, ModelVersionEntity } from '@btcforecast/database';
import { ModelManifest } from '@btcforecast/training';
import { referenceText, type AliasMove } from './alias-move.js';

type StoredVersion = Omit<ModelVersionEntity, 'onnx'>;

/** What a version is now, and what was found about it last. */
export type ModelStanding = Pick<ModelSummary, 'aliases' | 'lastVerdict'>;

/** The wire form of a version; what nobody vouches for is left unknown. */
export function modelSummary(row: StoredVersion, standing: ModelStanding): ModelSummary {
  const manifest = ModelManifest.parse(row.manifest);
  const trained = manifest.family === 'user' ? null : manifest;
  return {
    reference: `${row.name}@${row.version}`,
    name: row.name,
    version: row.version,
    family: row.family,
    status: row.status,
    instruments: manifest.instruments,
    trainingSpan: manifest.trainingSpan,
    dataSha256: trained?.data.sha256 ?? null,
    codeVersion: trained?.codeVersion ?? null,
    sha256: row.onnxSha256,
    bytes: manifest.onnx.bytes,
    createdAt: row.createdAt.toISOString(),
    ...standing,
  };
}

/** The wire form of a stored evaluation. */
export function evaluationReply(row: ModelEvaluationEntity): EvaluationReply {
  return {
    id: row.id,
    kind: row.kind,
    verdict: row.verdict,
    model: row.modelVersion === null ? null : `${row.modelName}@${row.modelVersion}`,
    sha256: row.onnxSha256,
    instrument: row.instrument,
    checks: row.checks,
    evidence: row.evidence,
    decidedAt: row.decidedAt.toISOString(),
  };
}

/** The wire form of a move. */
export function aliasMoveReply(move: AliasMove): AliasMoveReply {
  return {
    id: move.id,
    instrument: move.instrument,
    alias: move.alias,
    from: move.from && referenceText(move.from),
    to: move.to && referenceText(move.to),
    share: move.share,
    effectiveOrigin: new Date(move.effectiveOrigin).toISOString(),
    actor: move.actor,
    reason: move.reason,
    evaluation: move.evaluationId,
    movedAt: new Date(move.movedAt).toISOString(),
  };
}
