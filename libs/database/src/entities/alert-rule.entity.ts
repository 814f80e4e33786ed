import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a tenant wants to be told. Written by libs/notifications only. */
@Entity('alert_rules')
export class AlertRuleEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') tenant!: string;
  @Column('text') name!: string;
  @Column('jsonb') condition!: unknown;
  @Column('integer', { name: 'hold_minutes' }) holdMinutes!: number;
  @Column('integer', { name: 'cooldown_minutes' }) cooldownMinutes!: number;
  @Column('boolean') enabled!: boolean;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
