import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWhen, repositoryRoot, waitFor } from '@btcforecast/testing';
import { writeMarketFile } from './support/market-file.js';
import { RunningSystem } from './support/running-system.js';

const HOUR = 3_600_000;
const FROM = Date.UTC(2025, 0, 1);
const HISTORY_HOURS = 800 * 24;

jest.setTimeout(300_000);

const scriptIn = (guide: string): string =>
  [...readFileSync(join(repositoryRoot, 'docs', guide), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)]
    .map(([, lines]) => lines)
    .join('\n');
const canRun = ['curl', 'jq'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describeWhen(canRun, 'the guide needs curl and jq')('the guides', () => {
  const system = new RunningSystem();

  beforeAll(async () => {
    const file = writeMarketFile(
      join(system.folder, 'market.csv'),
      FROM - HISTORY_HOURS * HOUR,
      HISTORY_HOURS + 24 * 60,
    );
    await system.start(['--source', 'replay', '--file', file.path, '--from', '2025-01-01', '--speed', '600']);
    await waitFor(async () => (await system.get('/v1/forecasts/BTC-USD')).status === 200, {
      deadlineMs: 60_000,
      what: 'the first forecast',
    });
  });
  afterAll(() => system.remove());

  async function run(guide: string): Promise<string> {
    const env = { ...process.env, URL: system.runFile().gatewayUrl, BTCF_DATA_DIR: system.dataDir };
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', scriptIn(guide)], {
      env,
      cwd: repositoryRoot,
    });
    return stdout;
  }

  it('docs/inference.md holds no line that does not work', async () => {
    const stdout = await run('inference.md');
    expect(stdout).toContain('{"live":true,"ready":true}');
    expect(stdout).toMatch(/^har\t\d+\tREADY/m);
    expect(stdout).toContain('{"name":"uncond_1y","ready":true}');
    expect(stdout).toMatch(/"id":"42".*"datatype":"FP64","shape":\[2,4\]/);
    expect(stdout).toMatch(/^\{"error":"there is no model of this name.*"\}$/m);
    expect(stdout).toMatch(/^quantiles 1x4x7 as bytes\nsigma 1x4 as bytes$/m);
    expect(stdout).toContain('uncond_1y 1 by gRPC: quantiles, sigma');
    expect(stdout.trimEnd()).toMatch(/409$/);
  });

  it('docs/api.md holds no line that does not work', async () => {
    const stdout = await run('api.md');
    expect(stdout).toContain('"verdict": "identical"');
    expect(stdout).toMatch(/^har@\d+\tshipped\tchampion$/m);
    expect(stdout).toMatch(/^# har \d+$/m);
    expect(stdout).toContain('"to": "garch_t@1"');
    expect(stdout).toContain('was not accepted');
    expect(stdout).toContain('"state": "done"');
    expect(stdout).toContain('"cancelled"');
    expect(stdout).not.toContain('"status": 5');
  });
});
