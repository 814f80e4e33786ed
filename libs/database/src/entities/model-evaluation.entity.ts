import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Evidence about a model: what was checked, what came of it; the database refuses to change it. */
@Entity('model_evaluations')
export class ModelEvaluationEntity {
  /** A bigint, which the driver gives as text. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) id!: string;
  @Column('text', { nullable: true }) feed!: string | null;
  @Column('text', { nullable: true }) instrument!: string | null;
  @Column('text', { name: 'model_name' }) modelName!: string;
  /** null: refused before it became a version. */
  @Column('integer', { name: 'model_version', nullable: true }) modelVersion!: number | null;
  @Column('text', { name: 'onnx_sha256' }) onnxSha256!: string;
  @Column('text') kind!: 'technical' | 'walk_forward' | 'shadow' | 'canary' | 'live';
  @Column('text') verdict!: 'passed' | 'refused';
  @Column('jsonb') checks!: { name: string; passed: boolean; detail: string }[];
  @Column('jsonb') evidence!: Record<string, unknown>;
  @Column('timestamptz', { name: 'decided_at' }) decidedAt!: Date;
  @Column({ type: 'timestamptz', name: 'recorded_at', insert: false, update: false }) recordedAt!: Date;
}
