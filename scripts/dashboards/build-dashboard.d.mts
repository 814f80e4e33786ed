export interface DashboardDefinition {
  readonly file: string;
  readonly title: string;
  readonly asks: string;
  readonly jobs: string;
  readonly panels: readonly object[];
}

export declare function expanded(expression: string): string;
export declare function buildDashboard(definition: DashboardDefinition): object;
