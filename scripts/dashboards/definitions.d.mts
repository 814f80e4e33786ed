import type { DashboardDefinition } from './build-dashboard.mjs';

export declare const dashboards: readonly DashboardDefinition[];
