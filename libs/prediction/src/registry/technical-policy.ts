import { MODEL_MAX_BYTES } from '@btcforecast/contracts';

/** What a model must keep to, before anything is said of its skill. One place for all numbers. */
export interface TechnicalPolicy {
  /** Size of the graph. */
  readonly maxBytes: number;
  /** Size of the manifest as JSON, characters: golden rows are what makes it long. */
  readonly maxManifestLength: number;
  /** Slots before an origin that a forecast may ask the database for. */
  readonly maxWindowSlots: number;
  readonly maxGoldenRows: number;
  readonly irVersions: readonly [lowest: number, highest: number];
  readonly opsets: readonly [lowest: number, highest: number];
  readonly maxNodes: number;
  /** Share of horizons on made-up but plausible rows whose quantiles may cross; on golden rows none may. */
  readonly maxCrossingShare: number;
  /** Fastest of some runs, on the checking process, ms. */
  readonly maxRowMs: number;
  readonly maxBatchMs: number;
  readonly batchRows: number;
  /** Loading, and each run, are ended after this, ms. */
  readonly callMs: number;
  /** Resident memory of the checking process, and of one that serves: node itself takes some 80 MiB. */
  readonly memoryBytes: number;
  /** Processor time of a whole check, seconds. */
  readonly cpuSeconds: number;
}

const MIB = 1024 * 1024;

export const TECHNICAL_POLICY: TechnicalPolicy = {
  maxBytes: MODEL_MAX_BYTES,
  maxManifestLength: MIB,
  maxWindowSlots: 3 * 8_760,
  maxGoldenRows: 64,
  irVersions: [7, 11],
  opsets: [13, 22],
  maxNodes: 2_000,
  maxCrossingShare: 0.01,
  maxRowMs: 20,
  maxBatchMs: 500,
  batchRows: 256,
  callMs: 10_000,
  memoryBytes: 512 * MIB,
  cpuSeconds: 60,
};
