import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A sequential test that raised drift; the database refuses to change it. Written by libs/prediction only. */
@Entity('drift_signals')
export class DriftSignalEntity {
  /** A bigint, which the driver gives as text. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) id!: string;
  @Column('text') feed!: string;
  @Column('text') instrument!: string;
  @Column('text', { name: 'model_name' }) modelName!: string;
  @Column('integer', { name: 'model_version' }) modelVersion!: number;
  @Column('text') test!: 'pit' | 'coverage' | 'skill' | 'input';
  @Column('integer', { name: 'horizon_hours', nullable: true }) horizonHours!: number | null;
  @Column('text', { nullable: true }) feature!: string | null;
  @Column('double precision') statistic!: number;
  @Column('double precision') threshold!: number;
  @Column('integer') n!: number;
  @Column('timestamptz', { name: 'raised_origin' }) raisedOrigin!: Date;
  @Column({ type: 'timestamptz', name: 'recorded_at', insert: false, update: false }) recordedAt!: Date;
}
