import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who logs in. Written by libs/access only. */
@Entity('users')
export class UserEntity {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') tenant!: string;
  /** In lower case; unique within the tenant. */
  @Column('text') email!: string;
  @Column('text') name!: string;
  @Column('text', { array: true }) roles!: string[];
  /** Instruments and horizons the user may ask about; null: all. */
  @Column('text', { array: true, nullable: true }) instruments!: string[] | null;
  @Column('text', { array: true, nullable: true }) horizons!: string[] | null;
  /** With the parameters by which it was made. */
  @Column('text', { name: 'password_hash' }) passwordHash!: string;
  @Column('timestamptz', { name: 'password_changed_at' }) passwordChangedAt!: Date;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'disabled_at', nullable: true }) disabledAt!: Date | null;
  @Column('timestamptz', { name: 'last_login_at', nullable: true }) lastLoginAt!: Date | null;
}
