import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MONITORING } from './rules.js';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: { readonly defaults: { readonly unit?: string } };
  readonly targets: readonly {
    readonly expr: string;
    readonly legendFormat?: string;
    readonly datasource?: { readonly uid: string };
  }[];
}

export interface Dashboard {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly multi?: boolean }[];
  };
  readonly panels: readonly Panel[];
}

const FOLDER = join(MONITORING, 'grafana', 'dashboards');

export function dashboards(): readonly Dashboard[] {
  return readdirSync(FOLDER).map((file) => ({
    file,
    ...(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Omit<Dashboard, 'file'>),
  }));
}

/** An expression as Grafana would send it with every region, job and instance chosen. */
export function asSent(expression: string): string {
  return expression.replaceAll('$__rate_interval', '5m').replace(/\$(region|job|instance)/g, '.*');
}
