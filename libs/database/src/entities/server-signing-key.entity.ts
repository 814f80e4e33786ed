import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key by which the gateways sign tokens or replies. Written by libs/access only. */
@Entity('server_signing_keys')
export class ServerSigningKeyEntity {
  /** Thumbprint of the public key, RFC 7638. */
  @PrimaryColumn('text') id!: string;
  @Column('text') purpose!: string;
  @Column('jsonb', { name: 'public_jwk' }) publicJwk!: Record<string, string>;
  /** PKCS #8, sealed; null once it signs no more. */
  @Column('bytea', { name: 'sealed_private_key', nullable: true }) sealedPrivateKey!: Buffer | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'signs_from' }) signsFrom!: Date;
  @Column('timestamptz', { name: 'signs_until' }) signsUntil!: Date;
  @Column('timestamptz', { name: 'published_until' }) publishedUntil!: Date;
}
