import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A user who is logged in; a row is deleted when that ends. Written by libs/access only. */
@Entity('sessions')
export class SessionEntity {
  /** Names it in lists; opens nothing. */
  @PrimaryColumn('uuid') id!: string;
  /** SHA-256 of what the cookie holds, hexadecimal: 256 random bits. */
  @Column('text', { name: 'secret_hash' }) secretHash!: string;
  @Column('uuid', { name: 'user_id' }) userId!: string;
  /** From where, and with what, it was begun. */
  @Column('text') address!: string;
  @Column('text', { name: 'user_agent', nullable: true }) userAgent!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_seen_at' }) lastSeenAt!: Date;
  /** In any case, however busy it is. */
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
