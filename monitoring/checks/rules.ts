import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@btcforecast/testing';
import { parse } from 'yaml';

export const MONITORING = join(repositoryRoot, 'monitoring');

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface AlertRule extends Rule {
  readonly alert: string;
}

export interface RuleTest {
  readonly file: string;
  readonly name: string;
  /** Of the file: how far apart the rules are evaluated. */
  readonly evaluation_interval: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly eval_time: string;
    readonly alertname: string;
    readonly exp_alerts?: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
  }[];
}

const read = (...path: string[]): string => readFileSync(join(MONITORING, ...path), 'utf8');

function rulesOf(file: string): readonly Rule[] {
  const { groups } = parse(read(file)) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export const recordingRules = (): readonly Rule[] => rulesOf('recording_rules.yml');

export const alertRules = (): readonly AlertRule[] =>
  rulesOf('alert_rules.yml').filter((rule): rule is AlertRule => rule.alert !== undefined);

export const testFiles = (): readonly string[] =>
  readdirSync(join(MONITORING, 'tests')).filter((name) => name.endsWith('_test.yml'));

export function ruleTests(): readonly RuleTest[] {
  return testFiles().flatMap((file) => {
    const { tests, evaluation_interval } = parse(read('tests', file)) as {
      tests: Omit<RuleTest, 'file' | 'evaluation_interval'>[];
      evaluation_interval: string;
    };
    return tests.map((test) => ({ ...test, file, evaluation_interval }));
  });
}

/** Names that a program exports: `monitoring/metrics/<program>.txt`, one to a line, comments begin with `#`. */
export function exportedNames(): ReadonlyMap<string, ReadonlySet<string>> {
  const files = readdirSync(join(MONITORING, 'metrics'));
  const namesOf = (file: string): string[] =>
    read('metrics', file)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(files.map((file) => [file.replace('.txt', ''), new Set(namesOf(file))]));
}

/** Seconds of a Prometheus duration such as `1h30m`. */
export function secondsOf(duration: string): number {
  const unit: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };
  return [...duration.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, number, letter]) => sum + Number(number) * (unit[letter ?? ''] ?? Number.NaN),
    0,
  );
}
