import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import Runtime from 'jest-runtime';

const require = createRequire(import.meta.url);
/** Under which the packages of this repository have their sources, not what was built of them. */
const CONDITION = 'btcforecast-source';
const GLOBALS = new URL('jest-globals.mjs', import.meta.url).href;
/** Where jest-circus keeps what it has to call; it would go on to call what earlier files left there. */
const HANDLERS = Symbol.for('EVENT_HANDLERS');
const AS_MODULE = {
  isInternalModule: false,
  supportsDynamicImport: true,
  supportsExportNamespaceFrom: true,
  supportsStaticESM: true,
  supportsTopLevelAwait: true,
};

/** Of every module that this process has loaded; a later file may throw out of what an earlier one loaded. */
const sourceMaps = new Map();
/** Compiles a module with the transformer of the test file that this process is at. */
let compile;

/**
 * Test files are imported by Node itself, and all that one worker runs share the modules they import. Jest's own
 * runtime makes a realm for each file and loads every module in it anew, NestJS and TypeORM too, and each look-up of
 * a global there costs hundreds of nanoseconds; see docs/decisions/0039-tests-without-a-realm-each.md.
 * What is given up: modules cannot be mocked, and a file sees what others left in modules and in `globalThis`
 * (native-environment.mjs takes back what is known of that).
 */
class NativeRuntime extends Runtime {
  constructor(...args) {
    super(...args);
    compile = (url) => this.compile(url);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(path) {
    return import(pathToFileURL(path).href);
  }

  /** Jest's own part that keeps the state of a file: loaded anew for each. */
  requireInternalModule(path) {
    globalThis[HANDLERS] = undefined;
    delete require.cache[path];
    return require(path);
  }

  setGlobalsForRuntime(globals) {
    super.setGlobalsForRuntime(globals);
    globalThis.btcforecastJestGlobals = this.jestGlobals.cjsGlobals(this._testPath);
  }

  getSourceMaps() {
    return sourceMaps;
  }

  /** Would give the `process` of a realm modules of that realm; here it is Node's own. */
  installGetBuiltinModule() {}

  compile(url) {
    const path = fileURLToPath(url);
    const code = this.transformCache.transform(path, AS_MODULE);
    sourceMaps.set(url, this.transformCache.getSourceMaps().get(path));
    return code;
  }
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: GLOBALS, format: 'module', shortCircuit: true };
    const sources = { ...context, conditions: [...context.conditions, CONDITION] };
    if (!specifier.startsWith('.') || !context.parentURL?.endsWith('.ts')) return next(specifier, sources);
    try {
      return next(specifier.replace(/\.js$/, '.ts'), sources);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      return next(specifier, sources);
    }
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    return { format: 'module', source: compile(url), shortCircuit: true };
  },
});

export { NativeRuntime as 'module.exports' };
