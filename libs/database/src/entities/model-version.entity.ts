import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A model with its bytes, so that it reaches every region by replication. Written by libs/prediction only. */
@Entity('model_versions')
export class ModelVersionEntity {
  @PrimaryColumn('text') name!: string;
  @PrimaryColumn('integer') version!: number;
  @Column('text') family!: string;
  @Column('text') status!: 'shipped' | 'candidate' | 'uploaded';
  @Column('bytea') onnx!: Buffer;
  @Column('text', { name: 'onnx_sha256' }) onnxSha256!: string;
  @Column('jsonb') manifest!: unknown;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
