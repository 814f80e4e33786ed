import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A client of the token endpoint. Written by libs/access only. */
@Entity('oauth_clients')
export class OAuthClientEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') tenant!: string;
  @Column('text') name!: string;
  @Column('text', { array: true }) roles!: string[];
  /** Permissions to which the roles are narrowed; null: all of them. */
  @Column('text', { array: true, nullable: true }) scopes!: string[] | null;
  /** Instruments and horizons it may ask about; null: all. */
  @Column('text', { array: true, nullable: true }) instruments!: string[] | null;
  @Column('text', { array: true, nullable: true }) horizons!: string[] | null;
  @Column('text', { name: 'auth_method' }) authMethod!: string;
  /** SHA-256 of the secret, hexadecimal, which is 256 random bits; null for private_key_jwt. */
  @Column('text', { name: 'secret_hash', nullable: true }) secretHash!: string | null;
  /** The secret before the last rotation, which goes on until then. */
  @Column('text', { name: 'previous_secret_hash', nullable: true }) previousSecretHash!: string | null;
  @Column('timestamptz', { name: 'previous_until', nullable: true }) previousUntil!: Date | null;
  @Column('timestamptz', { name: 'rotated_at', nullable: true }) rotatedAt!: Date | null;
  /** Public keys that verify its assertions; of private_key_jwt only. */
  @Column('jsonb', { nullable: true }) jwks!: object | null;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt!: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
}
