import { join } from 'node:path';
import type { Check } from './check.js';

/**
 * The two parts that are not JavaScript: PostgreSQL and the ONNX runtime. Each is loaded by its own check, so that
 * one which cannot be loaded is a finding and not the end of the examination.
 *
 * @param root folder of the checkout
 */
export function nativeChecks(root: string): Check[] {
  return [
    { name: 'PostgreSQL', run: async () => (await import('./postgres.check.js')).checkPostgres() },
    { name: 'model', run: async () => (await import('./model.check.js')).checkModels(join(root, 'models')) },
  ];
}
