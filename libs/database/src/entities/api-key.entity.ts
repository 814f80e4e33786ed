import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An API key; the secret itself is never stored. Written by libs/access only. */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') tenant!: string;
  @Column('text') name!: string;
  /** SHA-256 of the secret, hexadecimal. The secret is 256 random bits, so a slow hash would add nothing. */
  @Column('text', { name: 'secret_hash' }) secretHash!: string;
  @Column('text', { array: true }) roles!: string[];
  /** Permissions to which the roles are narrowed; null: all of them. */
  @Column('text', { array: true, nullable: true }) scopes!: string[] | null;
  /** Instruments and horizons it may ask about; null: all. */
  @Column('text', { array: true, nullable: true }) instruments!: string[] | null;
  @Column('text', { array: true, nullable: true }) horizons!: string[] | null;
  /** Addresses and networks (CIDR) from which it may be shown; null: any. */
  @Column('text', { name: 'allowed_addresses', array: true, nullable: true }) allowedAddresses!:
    string[] | null;
  @Column('boolean', { name: 'require_signature' }) requireSignature!: boolean;
  @Column('boolean') bootstrap!: boolean;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt!: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  @Column('timestamptz', { name: 'rotated_at', nullable: true }) rotatedAt!: Date | null;
  /** The secret before the last rotation, which goes on until then. */
  @Column('text', { name: 'previous_secret_hash', nullable: true }) previousSecretHash!: string | null;
  @Column('timestamptz', { name: 'previous_until', nullable: true }) previousUntil!: Date | null;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null;
}
