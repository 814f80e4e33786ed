import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key by which the holder of an API key signs requests. Written by libs/access only. */
@Entity('request_signing_keys')
export class RequestSigningKeyEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text', { name: 'api_key_id' }) apiKeyId!: string;
  @Column('text') name!: string;
  @Column('text') algorithm!: string;
  /** SubjectPublicKeyInfo; of ed25519 only. */
  @Column('bytea', { name: 'public_key', nullable: true }) publicKey!: Buffer | null;
  /** Of hmac-sha256 only. */
  @Column('bytea', { name: 'sealed_secret', nullable: true }) sealedSecret!: Buffer | null;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}
