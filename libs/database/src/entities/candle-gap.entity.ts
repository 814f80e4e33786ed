import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A missing range of candles, [fromTime, toTime). Written by libs/market-data only. */
@Entity('candle_gaps')
export class CandleGapEntity {
  /** bigint: the driver hands it over as a string, and so does the product. */
  @PrimaryColumn('bigint', { generated: 'increment' }) id!: string;
  @Column('text') instrument!: string;
  @Column('text') venue!: string;
  @Column('text') interval!: string;
  @Column('timestamptz', { name: 'from_time' }) fromTime!: Date;
  @Column('timestamptz', { name: 'to_time' }) toTime!: Date;
  @Column('text') state!: 'open' | 'repaired' | 'unrepairable';
  @Column('integer') attempts!: number;
  @Column('text', { name: 'last_error', nullable: true }) lastError!: string | null;
  @Column('timestamptz', { name: 'opened_at' }) openedAt!: Date;
  @Column('timestamptz', { name: 'next_attempt_at' }) nextAttemptAt!: Date;
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt!: Date | null;
}
