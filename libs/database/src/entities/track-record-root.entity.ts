import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The signed Merkle root of an hour of the chain; the database refuses to change it. */
@Entity('track_record_roots')
export class TrackRecordRootEntity {
  @PrimaryColumn('timestamptz', { name: 'hour_at' }) hourAt!: Date;
  /** bigints, which the driver gives as text. */
  @Column('bigint', { name: 'first_seq' }) firstSeq!: string;
  @Column('bigint', { name: 'last_seq' }) lastSeq!: string;
  @Column('text') root!: string;
  @Column('text', { name: 'previous_root' }) previousRoot!: string;
  @Column('text', { name: 'key_id' }) keyId!: string;
  @Column('text') signature!: string;
  @Column('timestamptz', { name: 'signed_at' }) signedAt!: Date;
}
