import { createRequire } from 'node:module';
import { cpus } from 'node:os';

/** On what a forecast was computed: the same numbers come back bit for bit where these are the same. */
export interface Runtime {
  readonly onnxruntime: string;
  readonly cpu: string;
  readonly arch: string;
  readonly node: string;
}

export function currentRuntime(): Runtime {
  const packageJson = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return {
    onnxruntime: packageJson.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    arch: process.arch,
    node: process.version,
  };
}
