import type { DataSource } from 'typeorm';
import { INSERT_INSTRUMENT } from './import/import-statements.js';

/** Sees to it that candles of these instruments can be stored. */
export async function ensureInstruments(
  dataSource: DataSource,
  instruments: readonly string[],
): Promise<void> {
  for (const id of instruments) {
    const [base, quote] = id.split('-');
    await dataSource.query(INSERT_INSTRUMENT, [id, base, quote]);
  }
}
