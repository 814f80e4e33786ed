export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

export function summarise(runs: readonly unknown[], failedSteps: readonly string[]): TestReport;
