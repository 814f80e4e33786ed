/** npm run dashboards:generate: writes monitoring/grafana/dashboards from scripts/dashboards/definitions.mjs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDashboard } from './dashboards/build-dashboard.mjs';
import { dashboards } from './dashboards/definitions.mjs';

const folder = join(import.meta.dirname, '..', 'monitoring', 'grafana', 'dashboards');
mkdirSync(folder, { recursive: true });
for (const dashboard of dashboards) {
  writeFileSync(
    join(folder, `${dashboard.file}.json`),
    `${JSON.stringify(buildDashboard(dashboard), null, 2)}\n`,
  );
}
process.stdout.write(`wrote ${dashboards.length} dashboards\n`);
