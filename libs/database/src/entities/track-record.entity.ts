import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One link of the chain of forecasts and outcomes; the database refuses to change it. */
@Entity('track_record')
export class TrackRecordEntity {
  /** A bigint, which the driver gives as text. */
  @PrimaryColumn('bigint') seq!: string;
  @Column('text') feed!: string;
  @Column('text') kind!: 'key' | 'forecast' | 'outcome';
  @Column('text') subject!: string;
  /** Wall time at the primary. */
  @Column('timestamptz', { name: 'entered_at' }) enteredAt!: Date;
  /** Canonical JSON, as hashed. */
  @Column('text') body!: string;
  @Column('text') previous!: string;
  @Column('text') hash!: string;
}
