import { scoreOutcome, type OutcomeScores } from '@btcforecast/timeseries';
import { BrokenRecordError } from './broken-record.error.js';
import { RECORD_LEVELS, type ForecastBody, type OutcomeBody } from './record-bodies.js';

type Matured = Extract<OutcomeBody, { state: 'matured' }>;

/** Machines may differ in the last bits of a logarithm, and in nothing else. */
const RELATIVE = 1e-9;
const ABSOLUTE = 1e-15;
const NUMBERS = ['logReturn', 'pinball', 'crps', 'pit'] as const;
const FLAGS = ['covered50', 'covered80', 'covered90', 'directionHit'] as const;

/**
 * Scores a forecast from its own numbers and the close of its outcome.
 *
 * @throws BrokenRecordError when the record says otherwise
 */
export function checkedScores(seq: number, forecast: ForecastBody, outcome: Matured): OutcomeScores {
  const scores = scoreOutcome({ ...forecast, levels: RECORD_LEVELS }, outcome.close);
  for (const name of NUMBERS) demand(seq, name, outcome[name], scores[name]);
  for (const name of FLAGS) {
    if (outcome[name] !== scores[name]) throw differs(seq, name, outcome[name], scores[name]);
  }
  const { baselinePinball } = scores;
  const names = new Set([...Object.keys(baselinePinball), ...Object.keys(outcome.baselinePinball)]);
  for (const name of names) demand(seq, name, outcome.baselinePinball[name], baselinePinball[name]);
  return scores;
}

function demand(seq: number, name: string, said: number | undefined, found: number | undefined): void {
  if (said === undefined || found === undefined || !isClose(said, found))
    throw differs(seq, name, said, found);
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= ABSOLUTE + RELATIVE * Math.abs(b);
}

function differs(seq: number, name: string, said: unknown, found: unknown): BrokenRecordError {
  return new BrokenRecordError(
    `entry ${seq}: its score ${name} is ${String(said)}, but the forecast's own numbers give ${String(found)}`,
  );
}
