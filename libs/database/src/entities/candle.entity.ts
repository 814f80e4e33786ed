import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Written by libs/market-data only; everyone else reads through libs/candle-reader. */
@Entity('candles')
export class CandleEntity {
  @PrimaryColumn('text') instrument!: string;
  @PrimaryColumn('text') venue!: string;
  @PrimaryColumn('text') interval!: string;
  @PrimaryColumn('timestamptz', { name: 'open_time' }) openTime!: Date;
  @Column('double precision') open!: number;
  @Column('double precision') high!: number;
  @Column('double precision') low!: number;
  @Column('double precision') close!: number;
  @Column('double precision') volume!: number;
  @Column('text') provenance!: 'fetched' | 'streamed' | 'derived' | 'imported';
  @Column({ type: 'timestamptz', name: 'ingested_at', insert: false, update: false }) ingestedAt!: Date;
}
