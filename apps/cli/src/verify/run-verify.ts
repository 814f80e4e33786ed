import { open, readFile } from 'node:fs/promises';
import { TrackRecordProof } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { BrokenRecordError, compareRoots, verifyProof } from '@btcforecast/track-record';
import { askGateway, gatewayTarget, type TargetOptions } from '../gateway/ask-gateway.js';
import { stageProgress } from '../stage-progress.js';
import { downloadPages, filePages, type RecordPage } from './record-pages.js';
import { readRoots, writeRoots } from './roots-file.js';
import { verifyPages } from './verify-record.js';
import { verifyText } from './verify-text.js';

export interface VerifyOptions extends TargetOptions {
  readonly file?: string | undefined;
  readonly knownRoots?: string;
  readonly saveRoots?: string;
  readonly save?: string;
  readonly forecast?: string;
  readonly json?: boolean;
}

/** `btcf verify` @throws AppError caller track_record.broken that names the first place where the record breaks */
export async function runVerify(options: VerifyOptions): Promise<void> {
  if (options.file !== undefined && (options.url !== undefined || options.save !== undefined)) {
    throw new AppError('caller', 'config.invalid', 'give a file to check or --url and --save, not both');
  }
  try {
    await (options.forecast === undefined ? verifyRecord(options) : verifyOne(options, options.forecast));
  } catch (error) {
    if (!(error instanceof BrokenRecordError)) throw error;
    const message = `the track record is broken: ${error.message}`;
    throw new AppError('caller', 'track_record.broken', message, {}, { cause: error });
  }
}

async function verifyRecord({
  file,
  knownRoots,
  saveRoots,
  save,
  json,
  ...target
}: VerifyOptions): Promise<void> {
  const known = knownRoots === undefined ? null : await readRoots(knownRoots);
  const pages = file === undefined ? downloadPages(gatewayTarget(target)) : filePages(file);
  const copy = save === undefined ? null : await open(save, 'w');
  const progress = stageProgress(process.stderr);
  let entries = 0;
  const onPage = async (page: RecordPage): Promise<void> => {
    entries += page.entries.length;
    progress.show(`checking, ${entries} entries so far`, page.next === null ? 1 : 0);
    await copy?.write(`${JSON.stringify(page)}\n`);
  };
  try {
    const summary = await verifyPages(pages, onPage);
    const compared = known && compareRoots(known, summary.roots);
    if (saveRoots !== undefined) await writeRoots(saveRoots, summary.roots);
    progress.stop();
    const { roots, ...rest } = summary;
    const findings = {
      ...rest,
      roots: roots.length,
      newestRoot: roots.at(-1) ?? null,
      comparedRoots: compared,
    };
    process.stdout.write(json ? `${JSON.stringify(findings)}\n` : verifyText(summary, compared));
  } finally {
    progress.stop();
    await copy?.close();
  }
}

async function verifyOne({ file, knownRoots, json, ...target }: VerifyOptions, id: string): Promise<void> {
  const known = knownRoots === undefined ? null : await readRoots(knownRoots);
  const proof =
    file === undefined
      ? await askGateway(gatewayTarget(target), `/v1/track-record/proof/${id}`, TrackRecordProof)
      : await readProof(file);
  const { root, entry } = proof;
  const forecast = verifyProof(id, proof);
  const compared = known?.some(({ hour }) => hour === root.hour) ?? false;
  if (known && compared)
    compareRoots(
      known.filter(({ hour }) => hour === root.hour),
      [root],
    );
  if (json) {
    process.stdout.write(`${JSON.stringify({ entry: entry.seq, root, compared, forecast })}\n`);
    return;
  }
  const lines = [
    `forecast ${id} is entry ${entry.seq}, entered at ${entry.enteredAt}${forecast.unproven ? ', UNPROVEN: after its target' : ''}`,
    `${forecast.instrument} ${forecast.horizonHours}h from ${forecast.origin}, model ${forecast.model}, ${forecast.source}`,
    `it is under the root ${root.root}`,
    `of the hour ${root.hour}, signed by the key ${root.keyId} at ${root.signedAt}`,
    compared
      ? 'which is the root that you saved'
      : 'compare it with the root that you or others saved: the proof cannot say whether all see the same',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function readProof(path: string): Promise<TrackRecordProof> {
  try {
    return TrackRecordProof.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const message = `${path} holds no proof, as GET /v1/track-record/proof/{id} answers it`;
    throw new AppError('caller', 'import.bad_file', message, {}, { cause: error });
  }
}
