const REASON = /\s*\[skipped: (.*?)\]/;

/**
 * One report of several Jest runs (their --json output) and of the steps beside them.
 * A test file that could not run counts as one failure, and so does a failed step.
 */
export function summarise(runs, failedSteps) {
  const files = runs.flatMap(({ testResults }) => testResults);
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const having = (...statuses) => tests.filter(({ status }) => statuses.includes(status));
  const broken = files.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: having('passed').length,
    failed: having('failed').length + broken.length + failedSteps.length,
    skipped: having('pending', 'todo', 'skipped', 'disabled').map(({ fullName }) => ({
      name: fullName.replace(REASON, ''),
      reason: REASON.exec(fullName)?.[1] ?? 'no reason given',
    })),
  };
}
