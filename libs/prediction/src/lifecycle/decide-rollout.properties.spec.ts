import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '@btcforecast/timeseries';
import fc from 'fast-check';
import { comparison, horizonsWith, NOW, tenure, verdict } from '../../test/rollout.js';
import { decideRollout } from './decide-rollout.js';
import { PROMOTION_POLICY, type PromotionPolicy } from './promotion-policy.js';
import type { RolloutState } from './rollout-state.js';

const policy = PROMOTION_POLICY;
const challenger = tenure('new', 2);

const anyVerdict = fc.option(fc.constantFrom(verdict('passed'), verdict('refused')));
const anyComparison = fc.option(
  fc
    .record({
      n: fc.integer({ min: 0, max: 2_000 }),
      relative: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      logEWorse: fc.double({ min: -3, max: 3, noNaN: true }),
      logEBetter: fc.double({ min: -3, max: 3, noNaN: true }),
      answered: fc.integer({ min: 0, max: 100 }),
    })
    .map(({ answered, ...of }) =>
      comparison(horizonsWith(of), { origins: 100, champion: 100, challenger: answered }),
    ),
);
const anyWaiting = fc.record({
  model: fc.constantFrom({ name: 'a', version: 1 }, { name: 'b', version: 2 }, { name: 'champ', version: 1 }),
  walkForwardId: fc.constant('9'),
  walkForward: fc.constantFrom('passed' as const, 'refused' as const),
  technical: fc.constantFrom('passed' as const, 'refused' as const, null),
  wasRefused: fc.boolean(),
  hadItsTurn: fc.boolean(),
});
const anyState: fc.Arbitrary<RolloutState> = fc.record({
  now: fc.constant(NOW),
  champion: fc.constant(tenure('champ', 1)),
  challenger: fc.option(fc.constant(challenger)),
  canary: fc.option(fc.constant(challenger)),
  onProbation: fc.boolean(),
  live: anyVerdict,
  shadow: anyVerdict,
  canaryVerdict: anyVerdict,
  challengerPassedTechnical: fc.boolean(),
  challengerWasRefused: fc.boolean(),
  shadowAlone: fc.boolean(),
  comparison: anyComparison,
  canaryComparison: anyComparison,
  waiting: fc.array(anyWaiting, { maxLength: 3 }),
  lastTroubleAt: fc.option(fc.integer({ min: NOW - 100 * HOUR_MS, max: NOW })),
});

describe('decideRollout in any state', () => {
  const holds = (name: string, property: (state: RolloutState, policy: PromotionPolicy) => void) =>
    it(name, () => {
      fc.assert(
        fc.property(anyState, (state) => property(state, policy)),
        { numRuns: 2_000 },
      );
    });

  holds(
    'promotes nobody without a passed technical check, shadow and canary, or after a refusal',
    (state) => {
      if (decideRollout(state, policy).kind !== 'promote') return;
      expect(state).toMatchObject({
        challengerPassedTechnical: true,
        challengerWasRefused: false,
        onProbation: false,
        shadow: { verdict: 'passed' },
        canaryVerdict: { verdict: 'passed' },
      });
    },
  );

  holds('lets nobody answer clients without a passed shadow', (state) => {
    if (decideRollout(state, policy).kind !== 'start_canary') return;
    expect(state).toMatchObject({
      challengerPassedTechnical: true,
      challengerWasRefused: false,
      shadow: { verdict: 'passed' },
    });
  });

  holds('never takes up again who was refused, or has had its turn', (state) => {
    const decision = decideRollout(state, policy);
    if (decision.kind !== 'start_shadow') return;
    expect(state.challenger).toBeNull();
    expect(
      state.waiting.filter(
        ({ model, wasRefused, hadItsTurn, technical, walkForward }) =>
          model === decision.model &&
          !wasRefused &&
          !hadItsTurn &&
          technical === 'passed' &&
          walkForward === 'passed',
      ),
    ).not.toEqual([]);
  });

  holds('rolls back only a champion that was shown to be worse on probation', (state) => {
    if (decideRollout(state, policy).kind !== 'roll_back') return;
    expect(state).toMatchObject({ onProbation: true, live: { verdict: 'refused' } });
  });

  holds('judges each tenure once', (state) => {
    const decision = decideRollout(state, policy);
    if (decision.kind !== 'judge') return;
    const found = { shadow: state.shadow, canary: state.canaryVerdict, live: state.live }[decision.phase];
    expect(found).toBeNull();
  });

  holds('never leaves the champion with one that was shown to be worse', (state) => {
    if (!state.challenger || !state.onProbation || state.live?.verdict !== 'refused') return;
    expect(decideRollout(state, policy).kind).toBe('roll_back');
  });
});
