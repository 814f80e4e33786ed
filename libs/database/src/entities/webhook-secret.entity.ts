import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What an endpoint's messages are signed with, encrypted. Written by libs/notifications only. */
@Entity('webhook_secrets')
export class WebhookSecretEntity {
  /** A bigint, which the driver gives as text. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) id!: string;
  @Column('uuid', { name: 'endpoint_id' }) endpointId!: string;
  @Column('bytea') sealed!: Buffer;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  /** null: the one in force. */
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt!: Date | null;
}
