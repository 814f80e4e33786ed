import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What became of a forecast; the database refuses to change or delete it. Written by libs/prediction only. */
@Entity('forecast_scores')
export class ForecastScoreEntity {
  @PrimaryColumn('text', { name: 'forecast_id' }) forecastId!: string;
  @Column('text') state!: 'matured' | 'void';
  @Column('double precision', { name: 'outcome_close', nullable: true }) outcomeClose!: number | null;
  @Column('double precision', { name: 'log_return', nullable: true }) logReturn!: number | null;
  @Column('double precision', { nullable: true }) pinball!: number | null;
  @Column('double precision', { nullable: true }) crps!: number | null;
  @Column('double precision', { nullable: true }) pit!: number | null;
  @Column('boolean', { name: 'covered_50', nullable: true }) covered50!: boolean | null;
  @Column('boolean', { name: 'covered_80', nullable: true }) covered80!: boolean | null;
  @Column('boolean', { name: 'covered_90', nullable: true }) covered90!: boolean | null;
  @Column('boolean', { name: 'direction_hit', nullable: true }) directionHit!: boolean | null;
  /** Mean pinball loss of each baseline made at the same origin, by baseline name; empty when void. */
  @Column('jsonb', { name: 'baseline_pinball' }) baselinePinball!: Record<string, number>;
  @Column('timestamptz', { name: 'matured_at' }) maturedAt!: Date;
  @Column({ type: 'timestamptz', name: 'scored_at', insert: false, update: false }) scoredAt!: Date;
}
