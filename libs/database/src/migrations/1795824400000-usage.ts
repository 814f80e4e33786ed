import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What tenants asked for, by day, actor and route; and which batches of it have been added. */
export class Usage1795824400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}

const up = [
  // No reference to tenants: usage outlives them, and a row that cannot be written would hold up all others.
  `CREATE TABLE usage_counts (
     tenant text NOT NULL,
     day date NOT NULL,
     actor text NOT NULL,
     route text NOT NULL,
     requests bigint NOT NULL CHECK (requests >= 0),
     units bigint NOT NULL CHECK (units >= 0),
     refused bigint NOT NULL CHECK (refused >= 0),
     PRIMARY KEY (tenant, day, actor, route)
   )`,
  `CREATE TABLE usage_batches (
     source uuid PRIMARY KEY,
     sequence bigint NOT NULL,
     at timestamptz NOT NULL
   )`,
];

const down = [`DROP TABLE usage_batches`, `DROP TABLE usage_counts`];
