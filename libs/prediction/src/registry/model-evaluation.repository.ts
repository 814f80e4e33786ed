import type { EvaluationCheck, EvaluationKind } from '@btcforecast/contracts';
import { ModelEvaluationEntity } from '@btcforecast/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface NewEvaluation {
  /** null: for every feed. */
  readonly feed: string | null;
  /** null: for every instrument. */
  readonly instrument: string | null;
  readonly modelName: string;
  /** null: refused before it became a version. */
  readonly modelVersion: number | null;
  /** Of the graph, hexadecimal. */
  readonly onnxSha256: string;
  readonly kind: EvaluationKind;
  readonly verdict: 'passed' | 'refused';
  readonly checks: readonly EvaluationCheck[];
  /** Numbers behind the verdict; anything that JSON can hold. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Event time of the decision, ms. */
  readonly decidedAt: number;
}

export interface EvaluationScope {
  readonly feed: string;
  readonly instrument: string;
}

/** The table `model_evaluations`: evidence about models, added to and never changed. */
@Injectable()
export class ModelEvaluationRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Returns the number of the record. */
  async record({ decidedAt, ...evaluation }: NewEvaluation): Promise<string> {
    const result = await this.#repository
      .createQueryBuilder()
      .insert()
      .values({ ...evaluation, decidedAt: new Date(decidedAt) } as never) // deep partials cannot express the evidence
      .returning('id')
      .updateEntity(false)
      .execute();
    return (result.raw as { id: string }[])[0]!.id; // one row in, one out
  }

  /** All about a version, newest first. */
  listFor(modelName: string, modelVersion: number): Promise<ModelEvaluationEntity[]> {
    return this.#repository.find({ where: { modelName, modelVersion }, order: { id: 'DESC' } });
  }

  /** The newest one of each version. */
  listNewest(): Promise<ModelEvaluationEntity[]> {
    return this.#repository
      .createQueryBuilder('evaluation')
      .distinctOn(['evaluation.modelName', 'evaluation.modelVersion'])
      .where('evaluation.modelVersion IS NOT NULL')
      .orderBy({ 'evaluation.modelName': 'ASC', 'evaluation.modelVersion': 'ASC', 'evaluation.id': 'DESC' })
      .getMany();
  }

  /**
   * The newest evaluation of a kind; with a scope the newest that holds there: for that feed and instrument, or
   * for all.
   */
  latest(
    modelName: string,
    modelVersion: number,
    kind: EvaluationKind,
    scope?: EvaluationScope,
  ): Promise<ModelEvaluationEntity | null> {
    const query = this.#repository
      .createQueryBuilder('evaluation')
      .where({ modelName, modelVersion, kind })
      .orderBy('evaluation.id', 'DESC')
      .limit(1);
    if (scope) {
      query
        .andWhere('(evaluation.feed IS NULL OR evaluation.feed = :feed)', scope)
        .andWhere('(evaluation.instrument IS NULL OR evaluation.instrument = :instrument)', scope);
    }
    return query.getOne();
  }

  get #repository() {
    return this.dataSource.getRepository(ModelEvaluationEntity);
  }
}
