import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeWhen, repositoryRoot } from '@btcforecast/testing';
import { Ajv } from 'ajv';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';

const at = (...path: string[]) => join(repositoryRoot, ...path);
const yamlFiles = (folder: string) => readdirSync(folder).filter((name) => /\.yml$/.test(name));

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** The packages that publish the types of an API group; the core of Kubernetes has groups without a dot, or of k8s.io. */
const PUBLISHED: Record<string, string> = {
  'autoscaling.k8s.io': '@kubernetes-models/autoscaler/',
  'keda.sh': '@kubernetes-models/keda/',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/',
};

function documents(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** A line of TypeScript that compiles only if the type that is published takes the manifest. */
function declaration({ apiVersion, kind, ...rest }: Manifest, i: number): string[] {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '';
  const type = `import('${PUBLISHED[group] ?? 'kubernetes-models/'}${apiVersion}/${kind}').I${kind}`;
  return [`export const manifest${i}: ${type} = ${JSON.stringify({ apiVersion, kind, ...rest })};`];
}

/** What the compiler says against manifests: unknown fields, wrong types, values that are not in a list, what is missing. */
function faults(manifests: readonly Manifest[]): string[] {
  const name = at('manifests.check.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  const text = manifests.flatMap(declaration).join('\n');
  host.fileExists = (file) => file === name || fileExists.call(host, file);
  host.getSourceFile = (file, version) =>
    file === name ? ts.createSourceFile(file, text, version) : getSourceFile.call(host, file, version);
  const program = ts.createProgram([name], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('the manifests of Kubernetes', () => {
  const base = at('deploy', 'kubernetes', 'base');
  const manifests = yamlFiles(base)
    .filter((file) => file !== 'kustomization.yml')
    .flatMap((file) => documents(readFileSync(join(base, file), 'utf8')));

  it('are what the published types of Kubernetes, its autoscaler, KEDA and the Prometheus operator take', () => {
    expect(manifests.length).toBeGreaterThan(20);
    expect(faults(manifests)).toEqual([]);
  });

  it('would be refused with a field that there is not, or a value of another type', () => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment') as Manifest & { spec: object };
    const scaled = manifests.find(({ kind }) => kind === 'ScaledObject') as Manifest & { spec: object };
    const sized = manifests.find(({ kind }) => kind === 'VerticalPodAutoscaler') as Manifest & {
      spec: object;
    };
    const bad = [
      { ...deployment, spec: { ...deployment.spec, replicaz: 2 } },
      { ...deployment, spec: { ...deployment.spec, replicas: 'two' } },
      { ...scaled, spec: { ...scaled.spec, coolDown: 3 } },
      { ...sized, spec: { ...sized.spec, updatePolicies: {} } },
    ];
    expect(faults(bad)).toEqual([
      expect.stringContaining('"replicaz"\' does not exist'),
      expect.stringContaining("'string' is not assignable to type 'number'"),
      expect.stringContaining('"coolDown"\' does not exist'),
      expect.stringContaining('"updatePolicies"\' does not exist'),
    ]);
  });
});

const hasKubectl = spawnSync('which', ['kubectl'], { stdio: 'ignore' }).status === 0;
describeWhen(hasKubectl, 'kubectl is not installed')('the overlays of Kubernetes', () => {
  it('are what the published types take, once kustomize has built them', () => {
    const overlays = readdirSync(at('deploy', 'kubernetes', 'overlays'));
    const built = overlays.flatMap((overlay) => {
      const { stdout } = spawnSync('kubectl', ['kustomize', at('deploy', 'kubernetes', 'overlays', overlay)]);
      return documents(stdout.toString());
    });
    expect(built.length).toBeGreaterThan(20 * overlays.length);
    expect(faults(built)).toEqual([]);
  });
});

describe('the files of compose and Swarm', () => {
  // As dclint carries it, which keeps up with github.com/compose-spec/compose-spec.
  const { $schema: _, ...schema } = JSON.parse(
    readFileSync(at('node_modules', 'dclint', 'schemas', 'compose.schema.json'), 'utf8'),
  ) as Record<string, unknown>;
  const takes = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const read = (file: string) =>
    parse(readFileSync(file, 'utf8'), { merge: true, version: '1.1', maxAliasCount: -1 }) as {
      services: Record<string, object>;
    };

  it('are what the Compose Specification takes', () => {
    const files = [
      at('docker-compose.multi-region.yml'),
      ...['regions', 'swarm'].flatMap((folder) =>
        yamlFiles(at('deploy', folder)).map((file) => at('deploy', folder, file)),
      ),
    ];
    expect(files.length).toBeGreaterThan(6);
    for (const file of files) {
      takes(read(file));
      expect({ file, errors: takes.errors }).toEqual({ file, errors: null });
    }
  });

  it('would be refused with a key that there is not', () => {
    const content = read(at('docker-compose.multi-region.yml'));
    content.services['us-east-nginx'] = { ...content.services['us-east-nginx'], pidz_limit: 3 };
    expect(takes(content)).toBe(false);
  });
});
