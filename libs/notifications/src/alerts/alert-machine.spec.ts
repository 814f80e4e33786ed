import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AlertPolicy, QUIET, stepAlert, type Verdict } from './alert-machine.js';

const HOUR_MS = 3_600_000;
interface Judged {
  readonly at: number;
  readonly verdict: Verdict;
}
interface Change {
  readonly at: number;
  readonly to: 'firing' | 'resolved';
}

function run(judged: readonly Judged[], policy: AlertPolicy, begin = QUIET) {
  let machine = begin;
  const changes: Change[] = [];
  for (const { at, verdict } of judged) {
    const step = stepAlert(machine, at, verdict, policy);
    machine = step.machine;
    if (step.transition) changes.push({ at, to: step.transition });
  }
  return { machine, changes };
}

const verdict = fc.constantFrom<Verdict>('fires', 'holds', 'clears');
/** Hours, some of them missing. */
const history = fc
  .array(fc.record({ verdict, gap: fc.integer({ min: 1, max: 3 }) }), { maxLength: 120 })
  .map((list) => {
    let at = 0;
    return list.map((each): Judged => ({ verdict: each.verdict, at: (at += each.gap * HOUR_MS) }));
  });
const policy = fc.record({
  holdMs: fc.integer({ min: 0, max: 6 }).map((hours) => hours * HOUR_MS),
  cooldownMs: fc.integer({ min: 0, max: 24 }).map((hours) => hours * HOUR_MS),
});

describe('an alert', () => {
  it('fires and is over in turn, beginning with firing', () => {
    fc.assert(
      fc.property(history, policy, (judged, rule) => {
        const { changes, machine } = run(judged, rule);
        expect(changes.map(({ to }) => to)).toEqual(
          changes.map((_, i) => (i % 2 === 0 ? 'firing' : 'resolved')),
        );
        expect(machine.state).toBe(changes.length % 2 === 0 ? 'ok' : 'firing');
      }),
    );
  });

  it('changes only where everything that was judged over the hold time asked for it', () => {
    fc.assert(
      fc.property(history, policy, (judged, rule) => {
        for (const { at, to } of run(judged, rule).changes) {
          const wanted: Verdict = to === 'firing' ? 'fires' : 'clears';
          const recent = judged.filter((each) => each.at <= at && each.at > at - rule.holdMs);
          expect(new Set(recent.map((each) => each.verdict)).size).toBeLessThanOrEqual(1);
          expect(judged.find((each) => each.at === at)?.verdict).toBe(wanted);
          if (rule.holdMs > 0) expect(judged.some((each) => each.at <= at - rule.holdMs)).toBe(true);
        }
      }),
    );
  });

  it('never changes between the two levels', () => {
    fc.assert(
      fc.property(history, policy, (judged, rule) => {
        const before = run(judged, rule).machine;
        const begin = (judged.at(-1)?.at ?? 0) + HOUR_MS;
        const between = Array.from({ length: 50 }, (_, i): Judged => ({
          at: begin + i * HOUR_MS,
          verdict: 'holds',
        }));
        const after = run(between, rule, before);
        expect(after.changes).toEqual([]);
        expect(after.machine).toEqual({ ...before, leaningSince: null });
      }),
    );
  });

  it('does not fire twice within the cooldown', () => {
    fc.assert(
      fc.property(history, policy, (judged, rule) => {
        const fired = run(judged, rule).changes.filter(({ to }) => to === 'firing');
        fired
          .slice(1)
          .forEach(({ at }, i) => expect(at - fired[i]!.at).toBeGreaterThanOrEqual(rule.cooldownMs));
      }),
    );
  });

  it('fires at the end of the cooldown if it still has reason to', () => {
    const always = Array.from({ length: 12 }, (_, i): Judged => ({
      at: i * HOUR_MS,
      verdict: i === 1 ? 'clears' : 'fires',
    }));
    const { changes } = run(always, { holdMs: 0, cooldownMs: 5 * HOUR_MS });
    expect(changes).toEqual([
      { at: 0, to: 'firing' },
      { at: HOUR_MS, to: 'resolved' },
      { at: 5 * HOUR_MS, to: 'firing' },
    ]);
  });

  it('comes out the same in whatever portions the history is judged', () => {
    fc.assert(
      fc.property(history, policy, fc.nat(120), (judged, rule, cut) => {
        const whole = run(judged, rule);
        const first = run(judged.slice(0, cut), rule);
        const second = run(judged.slice(cut), rule, first.machine);
        expect([...first.changes, ...second.changes]).toEqual(whole.changes);
        expect(second.machine).toEqual(whole.machine);
      }),
    );
  });

  it('without hold and cooldown follows every verdict', () => {
    fc.assert(
      fc.property(history, (judged) => {
        const { machine } = run(judged, { holdMs: 0, cooldownMs: 0 });
        const last = judged.findLast((each) => each.verdict !== 'holds');
        expect(machine.state).toBe(last?.verdict === 'fires' ? 'firing' : 'ok');
      }),
    );
  });
});
