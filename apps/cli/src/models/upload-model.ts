import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MODEL_MAX_BYTES, ModelReply } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { z } from 'zod';
import { askGateway, gatewayTarget } from '../gateway/ask-gateway.js';
import { printReply } from '../gateway/print-reply.js';
import type { ModelOptions } from './model-options.js';
import { modelText } from './models-text.js';

interface UploadOptions extends ModelOptions {
  readonly manifest?: string;
  readonly name?: string;
}

/** The check runs the model, a slow one up to its limits. */
const TIMEOUT_MS = 130_000;
const MANIFEST_MAX_BYTES = 400_000;
const AnyManifest = z.record(z.string(), z.unknown());

/** `btcf models upload model.onnx` */
export async function uploadModel(file: string, options: UploadOptions): Promise<void> {
  const target = gatewayTarget(options);
  const onnx = await readUpTo(file, MODEL_MAX_BYTES);
  const manifest = await readManifest(options.manifest ?? (await manifestBeside(file)));
  const body = { name: options.name ?? manifest['name'], onnx: onnx.toString('base64'), manifest };
  const question = { method: 'POST', body, timeoutMs: TIMEOUT_MS } as const;
  printReply(await askGateway(target, '/v1/models', ModelReply, question), options, modelText);
}

/** @throws AppError caller config.invalid when there is none */
async function manifestBeside(file: string): Promise<string> {
  const path = join(dirname(file), 'manifest.json');
  if (await stat(path).catch(() => undefined)) return path;
  throw new AppError(
    'caller',
    'config.invalid',
    `a model needs its manifest, and ${path} is not there: name it with --manifest FILE; /docs/models of the gateway says what it holds`,
  );
}

async function readManifest(file: string): Promise<Record<string, unknown>> {
  const text = await readUpTo(file, MANIFEST_MAX_BYTES);
  try {
    return AnyManifest.parse(JSON.parse(text.toString('utf8')));
  } catch (error) {
    throw new AppError('caller', 'config.invalid', `${file} is no manifest: it holds no JSON object`, {}, { cause: error });
  }
}

async function readUpTo(file: string, maxBytes: number): Promise<Buffer> {
  let size: number;
  try {
    ({ size } = await stat(file));
    if (size <= maxBytes) return await readFile(file);
  } catch (error) {
    const { message } = error as Error;
    throw new AppError('caller', 'config.invalid', `${file} cannot be read: ${message}`, {}, { cause: error });
  }
  throw new AppError('caller', 'config.invalid', `${file} has ${size} bytes; ${maxBytes} are the most`);
}
