import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import { comparison, horizonsWith, NOW, rolloutState, tenure, verdict, waiting } from '../../test/rollout.js';
import { decideRollout } from './decide-rollout.js';
import { PROMOTION_POLICY } from './promotion-policy.js';
import type { RolloutState } from './rollout-state.js';

const policy = PROMOTION_POLICY;
const decide = (state: Partial<RolloutState> = {}) => decideRollout(rolloutState(state), policy);
const challenger = tenure('new', 2);

describe('decideRollout without a challenger', () => {
  it('waits when nobody waits', () => {
    expect(decide()).toMatchObject({ kind: 'wait' });
  });

  it('takes the version that has waited longest, on the evidence of its walk-forward', () => {
    const decision = decide({ waiting: [waiting('a', 3, { walkForwardId: '7' }), waiting('b', 1)] });
    expect(decision).toMatchObject({
      kind: 'start_shadow',
      model: { name: 'a', version: 3 },
      evaluationId: '7',
    });
  });

  it.each([
    ['was refused by its walk-forward', waiting('a', 3, { walkForward: 'refused' })],
    ['has no technical check', waiting('a', 3, { technical: null })],
    ['failed its technical check', waiting('a', 3, { technical: 'refused' })],
    ['was refused on live origins before', waiting('a', 3, { wasRefused: true })],
    ['has had its turn', waiting('a', 3, { hadItsTurn: true })],
    ['is champion', waiting('champ', 1)],
  ])('passes over a version that %s', (_, unfit) => {
    expect(decide({ waiting: [unfit] })).toMatchObject({ kind: 'wait' });
    expect(decide({ waiting: [unfit, waiting('b', 1)] })).toMatchObject({
      kind: 'start_shadow',
      model: { name: 'b', version: 1 },
    });
  });

  it('waits out the pause after a refusal, to the hour', () => {
    const lastTroubleAt = NOW - policy.coolDownHours * HOUR_MS;
    const one = { waiting: [waiting('a', 3)] };
    expect(decide({ ...one, lastTroubleAt: lastTroubleAt + 1 })).toMatchObject({ kind: 'wait' });
    expect(decide({ ...one, lastTroubleAt })).toMatchObject({ kind: 'start_shadow' });
  });
});

describe('decideRollout with a challenger in shadow', () => {
  const enough = policy.shadow.outcomes;
  it('waits until enough has matured', () => {
    const few = comparison(horizonsWith({ n: enough - 1 }));
    expect(decide({ challenger, comparison: few })).toMatchObject({ kind: 'wait' });
    expect(decide({ challenger, comparison: null })).toMatchObject({ kind: 'wait' });
  });

  it('passes one that is as good as the champion', () => {
    expect(decide({ challenger, comparison: comparison(horizonsWith({ n: enough })) })).toMatchObject({
      kind: 'judge',
      phase: 'shadow',
      verdict: 'passed',
      model: challenger.model,
    });
  });

  it.each([
    ['loses overall', horizonsWith({ n: enough, relative: 0.021 }), 'skill overall'],
    ['loses at one horizon', horizonsWith({ n: enough, relative: [0.11, -0.1, -0.1] }), 'skill 1 h'],
    ['holds too seldom', horizonsWith({ n: enough, shares: [0.3, 0.55, 0.7] }), 'calibration 1 h'],
  ])('refuses one that %s', (_, horizons, name) => {
    const decision = decide({ challenger, comparison: comparison(horizons) });
    expect(decision).toMatchObject({ kind: 'judge', phase: 'shadow', verdict: 'refused' });
    const failed = decision.kind === 'judge' ? decision.checks.filter(({ passed }) => !passed) : [];
    expect(failed.map((check) => check.name)).toContain(name);
  });

  it('refuses one at once that is shown to be worse, or does not answer', () => {
    const worse = comparison(horizonsWith({ n: 30, logEWorse: 2 }));
    expect(decide({ challenger, comparison: worse })).toMatchObject({ kind: 'judge', verdict: 'refused' });
    const silent = comparison(horizonsWith({ n: 5 }), { origins: 20, challenger: 5 });
    expect(decide({ challenger, comparison: silent })).toMatchObject({ kind: 'judge', verdict: 'refused' });
  });

  it('does not take silence for an answer: without a single pair it is refused once the champion has answered', () => {
    const silent = comparison([], { origins: policy.answersFrom, challenger: 0 });
    expect(decide({ challenger, comparison: silent })).toMatchObject({ kind: 'judge', verdict: 'refused' });
  });

  it('refuses one that does not mature in time', () => {
    const since = NOW - policy.shadow.maxHours * HOUR_MS;
    const few = comparison(horizonsWith({ n: 10 }));
    expect(decide({ challenger: { ...challenger, since }, comparison: few })).toMatchObject({
      kind: 'judge',
      verdict: 'refused',
    });
  });

  it('takes longer and asks for more where no walk-forward counted', () => {
    const alone = { challenger, shadowAlone: true };
    expect(decide({ ...alone, comparison: comparison(horizonsWith({ n: enough })) })).toMatchObject({
      kind: 'wait',
    });
    const n = policy.shadowAlone.outcomes;
    const beaten = comparison(horizonsWith({ n, relative: -0.01, baselines: 0.9 }));
    expect(decide({ ...alone, comparison: beaten })).toMatchObject({ kind: 'judge', verdict: 'refused' });
    const better = comparison(horizonsWith({ n, relative: -0.01, baselines: 1.1 }));
    expect(decide({ ...alone, comparison: better })).toMatchObject({ kind: 'judge', verdict: 'passed' });
  });

  it('lets one go that was refused, for the reason of the refusal', () => {
    const shadow = verdict('refused', 'too wide');
    expect(decide({ challenger, shadow })).toMatchObject({ kind: 'clear', reason: 'too wide' });
  });
});

describe('decideRollout from shadow to champion', () => {
  const canary = tenure('new', 2);
  const passed = { challenger, shadow: verdict('passed') };

  it('starts the canary, judges it, promotes', () => {
    expect(decide(passed)).toMatchObject({ kind: 'start_canary', evaluationId: passed.shadow.id });
    const few = comparison(horizonsWith({ n: policy.canary.outcomes - 1 }));
    expect(decide({ ...passed, canary, canaryComparison: few })).toMatchObject({ kind: 'wait' });
    const enough = comparison(horizonsWith({ n: policy.canary.outcomes }));
    expect(decide({ ...passed, canary, canaryComparison: enough })).toMatchObject({
      kind: 'judge',
      phase: 'canary',
      verdict: 'passed',
    });
    expect(decide({ ...passed, canary, canaryVerdict: verdict('passed') })).toMatchObject({
      kind: 'promote',
    });
  });

  it('ends a canary that turns bad', () => {
    const worse = comparison(horizonsWith({ n: 40, logEWorse: 2 }));
    expect(decide({ ...passed, canary, canaryComparison: worse })).toMatchObject({ verdict: 'refused' });
    expect(decide({ ...passed, canary, canaryVerdict: verdict('refused') })).toMatchObject({ kind: 'clear' });
  });
});

describe('decideRollout on probation', () => {
  const probation = { challenger: tenure('old', 1), champion: tenure('new', 2), onProbation: true };

  it('rolls back as soon as the champion is shown to be worse than its predecessor, at any horizon', () => {
    const horizons = horizonsWith({ n: 60 });
    const at24 = horizons.map((one) =>
      one.horizonHours === 24 ? { ...one, evidence: { ...one.evidence, logEBetter: 2 } } : one,
    );
    expect(decide({ ...probation, comparison: comparison(at24) })).toMatchObject({
      kind: 'judge',
      phase: 'live',
      verdict: 'refused',
      model: { name: 'new', version: 2 },
    });
    expect(decide({ ...probation, live: verdict('refused') })).toMatchObject({
      kind: 'roll_back',
      model: { name: 'new', version: 2 },
    });
  });

  it('goes on while the champion looks worse than its predecessor, up to a limit of time', () => {
    const n = 2 * policy.probation.outcomes;
    const better = comparison(horizonsWith({ n, relative: -0.05 })); // of the predecessor
    expect(decide({ ...probation, comparison: better })).toMatchObject({
      kind: 'wait',
      reason: expect.stringContaining('5.26 % above'),
    });
    const champion = { ...probation.champion, since: NOW - policy.probation.maxHours * HOUR_MS };
    expect(decide({ ...probation, champion, comparison: better })).toMatchObject({ verdict: 'passed' });
  });

  it('rolls back a champion that others must stand in for', () => {
    const absent = comparison([], { origins: policy.answersFrom, champion: 0 });
    expect(decide({ ...probation, comparison: absent })).toMatchObject({ phase: 'live', verdict: 'refused' });
  });

  it('does not mind a champion that is better than its predecessor', () => {
    const better = comparison(horizonsWith({ n: 60, logEWorse: 5 }));
    expect(decide({ ...probation, comparison: better })).toMatchObject({ kind: 'wait' });
  });

  it('ends in time and releases the predecessor', () => {
    const enough = comparison(horizonsWith({ n: policy.probation.outcomes }));
    expect(decide({ ...probation, comparison: enough })).toMatchObject({ phase: 'live', verdict: 'passed' });
    expect(decide({ ...probation, live: verdict('passed') })).toMatchObject({
      kind: 'clear',
      model: { name: 'old', version: 1 },
    });
    const champion = { ...probation.champion, since: NOW - policy.probation.maxHours * HOUR_MS };
    expect(decide({ ...probation, champion, comparison: comparison([]) })).toMatchObject({
      phase: 'live',
      verdict: 'passed',
    });
  });
});
