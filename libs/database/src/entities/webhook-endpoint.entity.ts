import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a tenant is told what happens. Written by libs/notifications only. */
@Entity('webhook_endpoints')
export class WebhookEndpointEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') tenant!: string;
  @Column('text') url!: string;
  @Column('text') description!: string;
  @Column('text', { name: 'event_types', array: true }) eventTypes!: string[];
  /** Instruments and horizons that it is told about; null: all. */
  @Column('text', { array: true, nullable: true }) instruments!: string[] | null;
  @Column('text', { array: true, nullable: true }) horizons!: string[] | null;
  @Column('text', { array: true }) intervals!: string[];
  @Column('text') format!: 'standard' | 'slack';
  @Column('boolean') enabled!: boolean;
  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: 'requested' | 'gone' | 'failing' | null;
  @Column('timestamptz', { name: 'disabled_at', nullable: true }) disabledAt!: Date | null;
  /** Time of the database: what arrived before is not sent to it. */
  @Column({ type: 'timestamptz', name: 'listens_since', insert: false }) listensSince!: Date;
  /** Failed attempts since the last success, and the first of them. */
  @Column('integer') failures!: number;
  @Column('timestamptz', { name: 'failing_since', nullable: true }) failingSince!: Date | null;
  @Column('timestamptz', { name: 'paused_until', nullable: true }) pausedUntil!: Date | null;
  @Column('timestamptz', { name: 'last_success_at', nullable: true }) lastSuccessAt!: Date | null;
  @Column('timestamptz', { name: 'last_failure_at', nullable: true }) lastFailureAt!: Date | null;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
