import { runInContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** Kinds of array that native code hands over. */
const NATIVE_ARRAYS = { Float32Array, Float64Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array };
/** What number crunching looks up in its innermost loops. */
const HOT_GLOBALS = [
  ...['Number', 'Math', 'BigInt', 'Array', 'Object', 'String', 'Map', 'Set', 'Symbol', 'Error', 'RangeError'],
  ...['ArrayBuffer', 'DataView', 'Float32Array', 'Float64Array', 'Int32Array', 'Uint8Array', 'Uint32Array'],
];

/**
 * Jest runs every test file in a realm of its own. Two things follow, and are mended here:
 * its Float64Array is not the one of native code, so onnxruntime's JavaScript part refuses the arrays that its native
 * part makes: those of native code pass for the realm's own (not the other way round: of an array from another realm
 * V8 looks up the length in every turn of a loop, which is four times slower); and each look-up of a global costs
 * hundreds of nanoseconds, which makes numeric code a hundred times slower than it is: a declaration in front of the
 * global object is found at once.
 */
export default class TestRealm extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const [name, Native] of Object.entries(NATIVE_ARRAYS)) {
      const Own = this.global[name];
      const isOwn = Own[Symbol.hasInstance];
      const value = (array) => isOwn.call(Own, array) || array instanceof Native;
      Object.defineProperty(Own, Symbol.hasInstance, { value });
    }
    runInContext(
      HOT_GLOBALS.map((name) => `const ${name} = globalThis.${name};`).join('\n'),
      this.getVmContext(),
    );
  }
}
