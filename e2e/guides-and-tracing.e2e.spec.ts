import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  describeWhen,
  repositoryRoot,
  traceCollector,
  waitFor,
  type CollectedSpan,
  type TraceCollector,
} from '@btcforecast/testing';
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
const canRunGuides = ['curl', 'jq'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describe('the whole system, with an OTLP endpoint set', () => {
  const system = new RunningSystem();
  let collector: TraceCollector;

  beforeAll(async () => {
    collector = await traceCollector();
    const { path } = writeMarketFile(
      join(system.folder, 'market.csv'),
      FROM - HISTORY_HOURS * HOUR,
      HISTORY_HOURS + 24 * 60,
    );
    await system.start(['--source', 'replay', '--file', path, '--from', '2025-01-01', '--speed', '600'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '200',
    });
    await waitFor(async () => (await system.get('/v1/forecasts/BTC-USD')).status === 200, {
      deadlineMs: 60_000,
      what: 'the first forecast',
    });
  });
  afterAll(async () => {
    await system.remove();
    collector.close();
  });

  describe('shows', () => {
    const traceOf = (found: CollectedSpan) =>
      collector.spans.filter(({ traceId }) => traceId === found.traceId);
    const isQueryOf = (service: string) => (span: CollectedSpan) =>
      span.service === service && /pg/.test(span.name);

    it('a request as one trace from the gateway through prediction to its query', async () => {
      const traceId = 'a'.repeat(31) + '1';
      await system.get('/v1/forecasts/BTC-USD/history?horizon=1h', {
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      });
      const ofRequest = () => collector.spans.filter((span) => span.traceId === traceId);
      await waitFor(
        () =>
          ofRequest().some(isQueryOf('prediction')) &&
          ofRequest().some(({ service }) => service === 'gateway'),
        { deadlineMs: 30_000, what: "the gateway's span and that of prediction's query have arrived" },
      );
      expect(new Set(ofRequest().map(({ service }) => service))).toEqual(new Set(['gateway', 'prediction']));
      const root = ofRequest().filter(({ parentSpanId }) => parentSpanId === 'b7ad6b7169203331');
      expect(root.map(({ service }) => service)).toEqual(['gateway']);
    });

    it('a scoring job as one trace down to its query', async () => {
      const query = await waitFor(
        () =>
          collector.spans.find(
            (span) =>
              isQueryOf('worker')(span) &&
              span.attributes.some(({ value }) => value.stringValue?.includes('forecast_scores')) &&
              traceOf(span).some(({ name }) => name.includes('analytics')),
          ),
        { deadlineMs: 60_000, what: 'a query of a scoring job has arrived' },
      );
      expect(query.parentSpanId).toBeDefined();
    });
  });

  describeWhen(canRunGuides, 'the guides need curl and jq')('runs the guides:', () => {
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
});
