import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Versions that were loaded for inference: every instance of prediction serves them, also after a restart. */
export class InferenceLoads1795824700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE inference_loads (
      model_name text NOT NULL,
      model_version integer NOT NULL,
      loaded_by text NOT NULL,
      loaded_at timestamptz NOT NULL,
      PRIMARY KEY (model_name, model_version),
      FOREIGN KEY (model_name, model_version) REFERENCES model_versions (name, version)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE inference_loads');
  }
}
