import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One move of an alias; the database refuses to change it. Written by libs/prediction only. */
@Entity('model_alias_moves')
export class ModelAliasMoveEntity {
  /** A bigint, which the driver gives as text. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) id!: string;
  @Column('text') feed!: string;
  @Column('text') instrument!: string;
  @Column('text') alias!: 'champion' | 'challenger' | 'canary';
  @Column('text', { name: 'from_name', nullable: true }) fromName!: string | null;
  @Column('integer', { name: 'from_version', nullable: true }) fromVersion!: number | null;
  @Column('text', { name: 'to_name', nullable: true }) toName!: string | null;
  @Column('integer', { name: 'to_version', nullable: true }) toVersion!: number | null;
  /** Share of requests that a canary answers. */
  @Column('double precision', { nullable: true }) share!: number | null;
  /** First origin that the move holds for. */
  @Column('timestamptz', { name: 'effective_origin' }) effectiveOrigin!: Date;
  @Column('text') actor!: string;
  @Column('text') reason!: string;
  @Column('bigint', { name: 'evaluation_id', nullable: true }) evaluationId!: string | null;
  /** Event time. */
  @Column('timestamptz', { name: 'moved_at' }) movedAt!: Date;
  @Column({ type: 'timestamptz', name: 'recorded_at', insert: false, update: false }) recordedAt!: Date;
}
