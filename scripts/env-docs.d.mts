export interface Variable {
  readonly name: string;
  readonly default: string | undefined;
  readonly required: boolean;
  readonly description: string;
  readonly secret: boolean;
}
export interface Configuration {
  readonly common: readonly Variable[];
  readonly apps: readonly { readonly name: string; readonly variables: readonly Variable[] }[];
}
export function generatedTexts(
  configuration: Configuration,
  read: (path: string) => string,
): Record<string, string>;
export function variableTable(variables: readonly Variable[]): string;
export function withTable(text: string, table: string): string;
