import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The venue in use and the event clock of one feed and instrument. Written by libs/market-data only. */
@Entity('market_feeds')
export class MarketFeedEntity {
  @PrimaryColumn('text') feed!: string;
  @PrimaryColumn('text') instrument!: string;
  @Column('text') source!: 'live' | 'replay' | 'demo';
  @Column('text') venue!: string;
  @Column('text', { name: 'base_interval' }) baseInterval!: string;
  @Column('timestamptz', { name: 'event_at' }) eventAt!: Date;
  @Column('timestamptz', { name: 'observed_at' }) observedAt!: Date;
  @Column('double precision') speed!: number;
}
