import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One issued forecast; the database refuses to change or delete it. Written by libs/prediction only. */
@Entity('forecasts')
export class ForecastEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') feed!: string;
  @Column('text') source!: 'live' | 'replay' | 'demo';
  @Column('text') instrument!: string;
  @Column('text') venue!: string;
  @Column('timestamptz', { name: 'origin_at' }) originAt!: Date;
  @Column('integer', { name: 'horizon_hours' }) horizonHours!: number;
  @Column('timestamptz', { name: 'target_at' }) targetAt!: Date;
  @Column('text', { name: 'model_name' }) modelName!: string;
  @Column('integer', { name: 'model_version' }) modelVersion!: number;
  @Column('double precision') price!: number;
  @Column('double precision', { name: 'log_return_quantiles', array: true }) logReturnQuantiles!: number[];
  @Column('double precision', { name: 'probability_up' }) probabilityUp!: number;
  @Column('double precision') volatility!: number;
  @Column('double precision', { array: true }) features!: number[];
  /** Log-return quantiles of each baseline at the same origin, by baseline name. */
  @Column('jsonb') baselines!: Record<string, number[]>;
  @Column('timestamptz', { name: 'issued_at' }) issuedAt!: Date;
  @Column('text') timeliness!: 'on_time' | 'late' | 'backfilled';
  @Column('boolean', { name: 'in_sample' }) inSample!: boolean;
  @Column('boolean') canonical!: boolean;
  /** challenger: made beside the champion's to be scored; never canonical. */
  @Column('text', { default: 'champion' }) role!: 'champion' | 'challenger';
  @Column('text') region!: string;
  @Column('jsonb') runtime!: Record<string, string>;
  @Column({ type: 'timestamptz', name: 'recorded_at', insert: false, update: false }) recordedAt!: Date;
}
