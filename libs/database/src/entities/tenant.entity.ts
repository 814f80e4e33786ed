import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Whom keys, people and what they make belong to. Written by libs/access only. */
@Entity('tenants')
export class TenantEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') name!: string;
  /** Which quotas hold for it. */
  @Column('text') tier!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
