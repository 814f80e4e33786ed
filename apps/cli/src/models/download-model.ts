import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelReply } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { askGateway, askGatewayForBytes, gatewayTarget } from '../gateway/ask-gateway.js';
import { printReply } from '../gateway/print-reply.js';
import { pathOf, type ModelOptions } from './model-options.js';

/** `btcf models download har@1`: in the form of the shipped models, so that it can be backtested or shipped. */
export async function downloadModel(model: string, options: ModelOptions & { readonly out?: string }): Promise<void> {
  const target = gatewayTarget(options);
  const record = await askGateway(target, pathOf(model), ModelReply);
  const onnx = await askGatewayForBytes(target, `${pathOf(model)}/graph`);
  const sha256 = createHash('sha256').update(onnx).digest('hex');
  if (sha256 !== record.sha256) {
    const message = `the graph came with the SHA-256 ${sha256}, the record says ${record.sha256}; try again`;
    throw new AppError('transient', 'rpc.invalid_message', message);
  }
  const folder = options.out ?? join(record.name, String(record.version));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), onnx);
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(record.manifest, null, 2)}\n`);
  await writeFile(join(folder, 'README.md'), record.card);
  const written = { model: record.reference, folder, sha256, bytes: onnx.length };
  printReply(written, options, () => `${record.reference} is in ${folder}\n`);
}
