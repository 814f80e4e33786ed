import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A backtest that a client asked for. Written by libs/prediction only. */
@Entity('backtests')
export class BacktestEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') feed!: string;
  @Column('text') tenant!: string;
  @Column('text') instrument!: string;
  @Column('jsonb') request!: unknown;
  @Column('text') state!: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  @Column('double precision') progress!: number;
  @Column('text') stage!: string;
  @Column('jsonb', { nullable: true }) result!: unknown;
  @Column('jsonb', { nullable: true }) error!: { code: string; detail: string } | null;
  @Column('text', { name: 'requested_by' }) requestedBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'started_at', nullable: true }) startedAt!: Date | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt!: Date | null;
}
