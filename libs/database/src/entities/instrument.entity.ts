import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('instruments')
export class InstrumentEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') base!: string;
  @Column('text') quote!: string;
  @Column({ type: 'timestamptz', name: 'created_at', insert: false, update: false }) createdAt!: Date;
}
