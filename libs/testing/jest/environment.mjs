import { runInContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** Kinds of array that native code hands over. */
const NATIVE_ARRAYS = { Float32Array, Float64Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array };
/** What number crunching looks up in its innermost loops. */
const HOT_GLOBALS = ['Number', 'Math', 'Float64Array'];

/**
 * Jest runs every test file in a realm of its own. Two things follow, and are mended here:
 * its Float64Array is not the one of native code, so onnxruntime's JavaScript part refuses the arrays that its native
 * part makes: tests get the outer ones; and each look-up of a global costs hundreds of nanoseconds, which makes
 * numeric code a hundred times slower than it is: a declaration in front of the global object is found at once.
 */
export default class TestRealm extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, NATIVE_ARRAYS);
    runInContext(
      HOT_GLOBALS.map((name) => `const ${name} = globalThis.${name};`).join('\n'),
      this.getVmContext(),
    );
  }
}
