import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A version that was loaded for inference. */
@Entity('inference_loads')
export class InferenceLoadEntity {
  @PrimaryColumn('text', { name: 'model_name' }) modelName!: string;
  @PrimaryColumn('integer', { name: 'model_version' }) modelVersion!: number;
  /** A key by its id. */
  @Column('text', { name: 'loaded_by' }) loadedBy!: string;
  /** Wall time. */
  @Column('timestamptz', { name: 'loaded_at' }) loadedAt!: Date;
}
